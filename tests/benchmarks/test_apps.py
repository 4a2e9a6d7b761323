import importlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from benchmarks.contenders import HELLO, RAW, TUTORIAL, Contender

APPS = [("hello", HELLO), ("raw", RAW), ("tutorial", TUTORIAL)]


async def in_pieces(body: bytes) -> AsyncIterator[bytes]:
    yield body[:10]
    yield body[10:]


async def ask(app: Any, path: str, body: bytes) -> httpx.Response:
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://app") as client:
        headers = {"Content-Type": "application/json"}
        return await client.post(path, content=in_pieces(body), headers=headers)


@pytest.mark.anyio
@pytest.mark.parametrize(("name", "contender"), APPS)
async def test_an_application_answers_as_its_contender_must(
    name: str, contender: Contender, estimator: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ESTIMATOR", str(estimator))
    app = importlib.import_module(f"benchmarks.apps.{name}").app
    for question in contender.questions:
        answer = await ask(app, question.path, question.body)
        assert answer.status_code == 200
        assert question.right(answer.json())


@pytest.mark.anyio
async def test_hello_world_looks_whether_there_are_five_numbers() -> None:
    """Otherwise it would do less than what it is measured beside."""
    app = importlib.import_module("benchmarks.apps.hello").app
    assert (await ask(app, "/", b'{"worstArea": 1.0}')).status_code == 422
