import importlib
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from benchmarks.requests import prediction_requests

BODY = prediction_requests("/")[0].body


async def post(app: Any, path: str, body: bytes) -> httpx.Response:
    async def chunks() -> AsyncIterator[bytes]:
        yield body[:10]
        yield body[10:]

    transport = httpx.ASGITransport(app)
    headers = {"Content-Type": "application/json"}
    async with httpx.AsyncClient(transport=transport, base_url="http://app") as client:
        return await client.post(path, content=chunks(), headers=headers)


@pytest.mark.anyio
@pytest.mark.usefixtures("_estimator")
@pytest.mark.parametrize(
    ("name", "path", "expected"),
    [
        ("hello", "/", {"message": "Hello World"}),
        ("raw", "/", {"message": "Hello World"}),
        ("tutorial", "/predict", {"prediction": 1}),
    ],
)
async def test_an_application_responds(name: str, path: str, expected: dict[str, Any]) -> None:
    app = importlib.import_module(f"benchmarks.apps.{name}").app
    response = await post(app, path, BODY)
    assert (response.status_code, response.json()) == (200, expected)


@pytest.mark.anyio
async def test_hello_world_validates_five_numbers() -> None:
    app = importlib.import_module("benchmarks.apps.hello").app
    assert (await post(app, "/", b'{"worstArea": 1.0}')).status_code == 422
