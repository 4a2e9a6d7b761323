"""The image's responses to every recorded event, started either way."""

import base64
import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from deployment.emulator import INVOCATIONS
from tests import function_url
from tests.conftest import ROOT
from tests.image.containers import Container, build, container, run, served
from tests.servers.processes import free_port

FILES = sorted((ROOT / "tests" / "events").glob("*.json"))
RECORDED = {file.stem: json.loads(file.read_text(encoding="utf-8")) for file in FILES}
REQUESTS = [name for name, record in RECORDED.items() if "requestContext" in record["event"]]
OBSERVATION = RECORDED["observation-2-malignant"]


def send(port: int, event: dict[str, Any]) -> httpx.Response:
    """Send the HTTP request from which Lambda would have made ``event``."""
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
def test_lambda_function_gives_the_recorded_response(name: str, function: Container) -> None:
    url = f"http://127.0.0.1:{function.port}{INVOCATIONS}"
    response = httpx.post(url, json=RECORDED[name]["event"], timeout=20)
    assert function_url.without_id(response.json()) == RECORDED[name]["response"]


@pytest.mark.parametrize("name", REQUESTS)
def test_server_gives_the_recorded_response(name: str, service: Container) -> None:
    response = send(service.port, RECORDED[name]["event"])
    expected = RECORDED[name]["response"]
    assert response.status_code == expected["statusCode"]
    assert response.text == expected["body"]
    # On Lambda a response without a body gets a type too.
    headers = {"content-type": "application/json", **response.headers}
    assert expected["headers"].items() <= headers.items()


def test_recorded_events_are_of_both_kinds() -> None:
    assert len(REQUESTS) >= 20
    assert len(RECORDED) - len(REQUESTS) >= 4


def test_any_unprivileged_user_can_run_it() -> None:
    with served(user="54321:54321") as started:
        assert send(started.port, OBSERVATION["event"]).text == OBSERVATION["response"]["body"]


def test_it_can_be_built_from_a_checkout_that_only_its_owner_can_read(tmp_path: Path) -> None:
    for name in ("app", "deployment", "model", "requirements", "Dockerfile", ".dockerignore"):
        run("cp", "--recursive", str(ROOT / name), str(tmp_path))
        run("chmod", "--recursive", "go=", str(tmp_path / name))
    build(tmp_path, "classifier-private")
    with served("classifier-private", user="54321:54321") as started:
        assert send(started.port, OBSERVATION["event"]).text == OBSERVATION["response"]["body"]


def test_broken_model_file_ends_the_container(tmp_path: Path) -> None:
    broken = tmp_path / "scorecard.json"
    broken.write_text("{}", encoding="utf-8")
    broken.chmod(0o644)
    tmp_path.chmod(0o755)
    mount = ("--volume", f"{broken}:/var/task/model/artifacts/scorecard.json:ro")
    port = free_port()
    address = ("--env", "GRANIAN_HOST=127.0.0.1", "--env", f"GRANIAN_PORT={port}")
    with container("classifier", port, (*mount, *address)) as started:
        assert started.wait() == 1
        assert "Unexpected exit from worker-1" in started.logs()
