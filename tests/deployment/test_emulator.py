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

from app.api.schemas import EXAMPLES
from app.lambda_handler import handler
from deployment.emulator import INVOCATIONS, binary, emulator, stop, wait_until_listening
from tests.conftest import ROOT
from tests.function_url import CONTEXT, RECORDED, body, event, without_id

OVER_HTTP = [name for name, recorded in RECORDED.items() if "version" in recorded["event"]]
# Added by the HTTP server, or different each time.
SERVER_HEADERS = {"date", "server", "x-request-id"}


@pytest.fixture(scope="module")
def function(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A client of the emulated function, which handles one invocation at a time."""
    with (
        (tmp_path_factory.mktemp("emulator") / "log").open("w") as log,
        emulator(output=log) as url,
        httpx.Client(base_url=url.removesuffix(INVOCATIONS), timeout=30) as client,
    ):
        yield client


def invoke(function: httpx.Client, payload: object) -> Any:
    return function.post(INVOCATIONS, content=json.dumps(payload)).json()


@pytest.mark.parametrize("name", RECORDED)
def test_returns_the_recorded_response(function: httpx.Client, name: str) -> None:
    response = invoke(function, RECORDED[name]["event"])
    assert without_id(response) == RECORDED[name]["response"]


@pytest.mark.parametrize("name", OVER_HTTP)
def test_returns_the_same_response_as_uvicorn(
    function: httpx.Client, client: httpx.Client, name: str
) -> None:
    sent = RECORDED[name]["event"]
    content = sent.get("body", "").encode()
    served = client.request(
        sent["requestContext"]["http"]["method"],
        sent["rawPath"],
        content=base64.b64decode(content) if sent["isBase64Encoded"] else content,
        headers={key: text for key, text in sent["headers"].items() if key == "content-type"},
    )
    response = without_id(invoke(function, sent))
    headers = {key: text for key, text in served.headers.items() if key not in SERVER_HEADERS}
    assert headers == response["headers"]
    assert (served.status_code, served.content) == (response["statusCode"], body(response))


@pytest.mark.parametrize(("size", "status"), [(2_000_000, 200), (4_400_000, 413)])
def test_accepts_bodies_up_to_the_apis_limit(
    function: httpx.Client, size: int, status: int
) -> None:
    sent = event(json.dumps(EXAMPLES["malignant"]).encode().rjust(size))
    assert len(json.dumps(sent)) < 6 * 1024 * 1024, "Lambda's limit, for the body in base64"
    response = without_id(invoke(function, sent))
    assert response == without_id(handler(sent, CONTEXT))
    assert response["statusCode"] == status


def test_continues_after_an_event_over_lambdas_limit(function: httpx.Client) -> None:
    """Lambda rejects such an event. The emulator truncates it, and the runtime fails."""
    response = invoke(function, event(b" " * 5_000_000))
    assert response["errorType"] == "Runtime.UnmarshalError"
    recorded = RECORDED["observation-2-malignant"]
    assert without_id(invoke(function, recorded["event"])) == recorded["response"]


@pytest.mark.parametrize("payload", [None, 5, "text", []])
def test_rejects_an_event_that_is_not_an_object(function: httpx.Client, payload: object) -> None:
    response = invoke(function, payload)
    assert (response["prediction"], response["status"]) == ("", "400")


def test_downloads_the_emulator_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    original = binary()
    # pip finds the package only where the first download is kept.
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", original.parent.as_uri())
    copy = binary(tmp_path)
    assert copy.read_bytes() == original.read_bytes()
    assert os.access(copy, os.X_OK)
    monkeypatch.setenv("PIP_FIND_LINKS", "")
    assert binary(tmp_path) == copy


def test_requires_linux(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.system", lambda: "Darwin")
    with pytest.raises(RuntimeError, match="use 'docker compose up'"):
        binary()


def test_reports_a_taken_port(port: int) -> None:
    with (
        emulator(port, output=subprocess.DEVNULL),
        pytest.raises(OSError, match="Address already in use"),
        emulator(port, output=subprocess.DEVNULL),
    ):
        pass  # pragma: no cover


@pytest.mark.parametrize(
    ("command", "message"),
    [(["false"], "ended with status 1"), (["sleep", "60"], "nothing listens on port")],
)
def test_does_not_wait_forever_for_a_port(port: int, command: list[str], message: str) -> None:
    with subprocess.Popen(command) as process:
        with pytest.raises(RuntimeError, match=message):
            wait_until_listening(port, process, timeout=0.1)
        process.kill()


def test_kills_a_process_that_does_not_terminate() -> None:
    with subprocess.Popen(["sleep", "60"]) as process:
        process.send_signal(signal.SIGSTOP)
        os.waitpid(process.pid, os.WUNTRACED)  # Until it is suspended.
        stop(process, timeout=0.1)
        assert process.returncode == -signal.SIGKILL


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_make_lambda_prints_a_working_command_and_stops_cleanly(
    port: int, number: signal.Signals
) -> None:
    # As in a background job, where SIGINT is ignored.
    command = [sys.executable, "-m", "deployment.emulator", "--port", str(port)]
    background = ["bash", "-c", "trap '' INT; exec \"$@\"", "", *command]
    with subprocess.Popen(
        background, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        try:
            assert process.stdout is not None
            curl = next(line for line in process.stdout if line.startswith("curl "))
            response = subprocess.run(
                ["bash", "-c", curl], capture_output=True, text=True, check=True, timeout=30
            )
            process.send_signal(number)
            output, _ = process.communicate(timeout=30)
        finally:
            process.terminate()
    assert json.loads(response.stdout) == {"reason": "OK", "prediction": 1, "status": "200"}
    assert (process.returncode, output.splitlines()[-1]) == (0, "stopped")
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"http://127.0.0.1:{port}")
    rule = r"^lambda: .*\n\t@\$\(bin\)/python -m deployment\.emulator$"
    assert re.search(rule, (ROOT / "Makefile").read_text(), re.MULTILINE)
