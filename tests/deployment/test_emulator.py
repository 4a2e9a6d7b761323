"""The function under AWS's own emulator and runtime client answers as uvicorn does."""

import base64
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.lambda_handler import handler
from app.observation import EXAMPLES
from deployment.emulator import INVOCATIONS, binary, emulator, wait_until_listening
from tests import function_url
from tests.conftest import ROOT
from tests.function_url import CONTEXT

EVENTS = Path(ROOT, "tests", "events").glob("*.json")
RECORDED = {path.stem: json.loads(path.read_text()) for path in EVENTS}
OVER_HTTP = sorted(name for name, event in RECORDED.items() if "version" in event["event"])


@pytest.fixture(scope="module")
def function(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """Invokes the emulated function; it takes one request at a time."""
    with (
        (tmp_path_factory.mktemp("emulator") / "log").open("w") as log,
        emulator(output=log) as url,
        httpx.Client(base_url=url.removesuffix(INVOCATIONS), timeout=30) as client,
    ):
        yield client


def invoke(function: httpx.Client, event: object) -> Any:
    return function.post(INVOCATIONS, content=json.dumps(event)).json()


@pytest.mark.parametrize("name", sorted(RECORDED))
def test_recorded_events(function: httpx.Client, name: str) -> None:
    answer = invoke(function, RECORDED[name]["event"])
    assert function_url.without_id(answer) == RECORDED[name]["answer"]


@pytest.mark.parametrize("name", OVER_HTTP)
def test_uvicorn_answers_the_same_field_for_field(
    function: httpx.Client, client: httpx.Client, name: str
) -> None:
    event = RECORDED[name]["event"]
    sent = event.get("body", "").encode()
    headers = {key: event["headers"][key] for key in ("content-type",) if key in event["headers"]}
    live = client.request(
        event["requestContext"]["http"]["method"],
        event["rawPath"],
        content=base64.b64decode(sent) if event["isBase64Encoded"] else sent,
        headers=headers,
    )
    answer = function_url.without_id(invoke(function, event))
    # What the server adds to an answer is not the application's: the date and its own name.
    # And the id is another each time.
    added = ("date", "server", "x-request-id")
    own = {key: value for key, value in live.headers.items() if key not in added}
    assert own == answer["headers"]
    assert (live.status_code, live.content) == (answer["statusCode"], function_url.body(answer))


@pytest.mark.parametrize(("size", "status"), [(2_000_000, 200), (4_400_000, 413)])
def test_a_body_just_under_our_limit_and_lambdas(
    function: httpx.Client, size: int, status: int
) -> None:
    """Lambda passes on 6 MB; base64 makes 4.5 MB of a body reach it."""
    padded = json.dumps(EXAMPLES["malignant"]).encode().rjust(size)
    event = function_url.event(padded)
    assert len(json.dumps(event)) < 6 * 1024 * 1024
    answers = invoke(function, event), handler(event, CONTEXT)
    assert function_url.without_id(answers[0]) == function_url.without_id(answers[1])
    assert invoke(function, event)["statusCode"] == status


def test_a_body_over_lambdas_limit_never_reaches_the_function(function: httpx.Client) -> None:
    """Lambda itself would refuse it. The emulator cuts it, and the runtime cannot read it."""
    answer = invoke(function, function_url.event(b" " * 5_000_000))
    assert answer["errorType"] == "Runtime.UnmarshalError"
    good = RECORDED["observation-2-malignant"]
    answer = function_url.without_id(invoke(function, good["event"]))
    assert answer == good["answer"], "and the function goes on"


@pytest.mark.parametrize("body", ["null", "5", '"text"', "[]"])
def test_an_event_that_is_no_object(function: httpx.Client, body: str) -> None:
    answer = function.post(INVOCATIONS, content=body).json()
    assert (answer["prediction"], answer["status"]) == ("", "400")


def test_the_emulator_is_fetched_once_and_by_hash(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = binary()
    # From here on pip has the package only where the first fetch has left it.
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(program.parent))
    again = binary(tmp_path)
    assert again.read_bytes() == program.read_bytes()
    assert os.access(again, os.X_OK)
    monkeypatch.setenv("PIP_FIND_LINKS", "")
    assert binary(tmp_path) == again, "the second time nothing is fetched"


def test_another_system_than_linux_is_told_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.system", lambda: "Darwin")
    with pytest.raises(RuntimeError, match="'docker compose up' has it"):
        binary()


def test_a_port_that_is_taken_is_an_error(port: int) -> None:
    with (
        emulator(port, output=subprocess.DEVNULL),
        pytest.raises(OSError, match="Address already in use"),
        emulator(port, output=subprocess.DEVNULL),
    ):
        pass  # pragma: no cover


def test_an_emulator_that_ends_is_not_waited_for(port: int) -> None:
    with (
        subprocess.Popen(["false"]) as ended,
        pytest.raises(RuntimeError, match="ended at once, with status 1"),
    ):
        wait_until_listening(port, ended)


@pytest.mark.parametrize("interrupt", [signal.SIGINT, signal.SIGTERM])
def test_make_lambda_prints_a_command_that_works_and_stops_cleanly(
    port: int, interrupt: signal.Signals
) -> None:
    command = [sys.executable, "-m", "deployment.emulator", "--port", str(port)]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        curl = next(line for line in process.stdout if line.startswith("curl "))
        answer = subprocess.run(
            ["bash", "-c", curl], capture_output=True, text=True, check=True, timeout=30
        )
        assert json.loads(answer.stdout) == {"reason": "OK", "prediction": 1, "status": "200"}
        process.send_signal(interrupt)
        rest, _ = process.communicate(timeout=10)
    assert (process.returncode, rest.splitlines()[-1]) == (0, "stopped")
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"http://127.0.0.1:{port}")


def test_make_lambda_starts_it() -> None:
    rule = r"^lambda: .*\n\t@\$\(bin\)/python -m deployment\.emulator$"
    assert re.search(rule, (ROOT / "Makefile").read_text(), re.MULTILINE)
