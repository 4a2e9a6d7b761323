"""The image's answers to every recorded event, started either way."""

import base64
import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from deployment.emulator import INVOCATIONS
from tests import function_url
from tests.conftest import ROOT
from tests.image.containers import Container, build, run, served

FILES = sorted((ROOT / "tests" / "events").glob("*.json"))
RECORDED = {file.stem: json.loads(file.read_text(encoding="utf-8")) for file in FILES}
REQUESTS = [name for name, record in RECORDED.items() if "requestContext" in record["event"]]
OBSERVATION = RECORDED["observation-2-malignant"]


def ask(port: int, event: dict[str, Any]) -> httpx.Response:
    """Send the request that Lambda would have made ``event`` of."""
    body = event.get("body", "")
    return httpx.request(
        event["requestContext"]["http"]["method"],
        f"http://127.0.0.1:{port}{event['rawPath']}",
        content=base64.b64decode(body) if event["isBase64Encoded"] else body,
        headers={
            name: value
            for name, value in event["headers"].items()
            if name not in ("host", "content-length")
        },
    )


@pytest.mark.parametrize("name", RECORDED)
def test_as_a_lambda_function_it_gives_the_recorded_answer(name: str, function: Container) -> None:
    url = f"http://127.0.0.1:{function.port}{INVOCATIONS}"
    answer = httpx.post(url, json=RECORDED[name]["event"], timeout=20)
    assert function_url.without_id(answer.json()) == RECORDED[name]["response"]


@pytest.mark.parametrize("name", REQUESTS)
def test_as_a_server_it_gives_the_recorded_answer(name: str, service: Container) -> None:
    response = ask(service.port, RECORDED[name]["event"])
    expected = RECORDED[name]["response"]
    assert response.status_code == expected["statusCode"]
    assert response.text == expected["body"]
    # On Lambda an answer without a body is given a type too.
    headers = {"content-type": "application/json", **response.headers}
    assert expected["headers"].items() <= headers.items()


def test_the_recorded_events_are_of_both_kinds() -> None:
    assert len(REQUESTS) >= 20
    assert len(RECORDED) - len(REQUESTS) >= 4


def test_any_unprivileged_user_can_run_it() -> None:
    with served(user="54321:54321") as started:
        assert ask(started.port, OBSERVATION["event"]).text == OBSERVATION["response"]["body"]


def test_it_can_be_built_from_a_checkout_that_only_its_owner_can_read(tmp_path: Path) -> None:
    names = ("app", "model", "requirements", "Dockerfile", ".dockerignore")
    for name in names:
        run("cp", "--recursive", str(ROOT / name), str(tmp_path))
        run("chmod", "--recursive", "go=", str(tmp_path / name))
    build(tmp_path, "classifier-private")
    with served("classifier-private", user="54321:54321") as started:
        assert ask(started.port, OBSERVATION["event"]).text == OBSERVATION["response"]["body"]
