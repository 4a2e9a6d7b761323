import os
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from benchmarks import servers
from benchmarks.processes import resident_bytes
from benchmarks.requests import Request, prediction_requests
from benchmarks.servers import Server, WrongResponse, granian, running, uvicorn
from tests.benchmarks.conftest import SERVER_SCRIPT, stand_in
from tests.conftest import ROOT

pytestmark = pytest.mark.usefixtures("_untraced")


def program(script: str) -> Server:
    """A server that is a Python script with the port as its argument."""
    return stand_in("script", sys.executable, "-c", script, "{port}")


def wait_until_ended(pids: list[int]) -> None:
    deadline = time.monotonic() + 10
    while any(map(resident_bytes, pids)) and time.monotonic() < deadline:
        time.sleep(0.02)  # pragma: no cover - depends on when they end
    assert not any(map(resident_bytes, pids))


def test_server_responds_and_stops_with_its_workers() -> None:
    service = granian("", "app.main:app", prediction_requests("/predict"))
    with running(service) as server:
        server.check()
        processes = server.processes()
        assert len(processes) > 1
        assert 15e6 < server.resident_bytes() < 400e6
        assert 0 < server.stop() < 60
    wait_until_ended(processes)


@pytest.mark.parametrize(
    ("path", "is_correct"),
    [
        ("/", lambda _: False),
        ("/", lambda response: bool(response["missing"])),
        ("/missing", lambda _: True),
    ],
)
def test_rejects_wrong_responses(path: str, is_correct: Callable[[Any], bool]) -> None:
    server = program(SERVER_SCRIPT)
    server = replace(server, requests=[Request(path, b"[1]", is_correct)])
    with running(program(SERVER_SCRIPT)) as process, pytest.raises(WrongResponse, match="script"):
        replace(process, server=server).check()


def test_granian_has_the_settings_of_the_container() -> None:
    settings = granian("", "benchmarks.apps.hello:app", []).environment
    assert settings["GRANIAN_BACKPRESSURE"] == "1024"
    assert settings["GRANIAN_LOG_ACCESS_ENABLED"] == "false"
    assert settings["GRANIAN_HOST"] == "127.0.0.1"
    changed = {"GRANIAN_BACKPRESSURE": "64"}
    assert granian("", "", [], environment=changed).environment == {**settings, **changed}


def test_uvicorn_has_the_options_of_make_run() -> None:
    recipe = (ROOT / "Makefile").read_text(encoding="utf-8").split()
    assert set(uvicorn("", "app.main:app", []).command[1:]) - {"{port}"} <= set(recipe)


def test_exit_before_the_first_response_is_an_error() -> None:
    server = program("raise SystemExit(7)")
    with pytest.raises(RuntimeError, match="script exited with 7"), running(server):
        pass  # pragma: no cover


def test_killed_server_is_an_error_when_stopped() -> None:
    with running(program(SERVER_SCRIPT)) as server:
        os.kill(server.process.pid, signal.SIGKILL)
        with pytest.raises(RuntimeError, match="exited with -9"):
            server.stop()


def test_server_that_neither_responds_nor_stops_is_killed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(servers, "TIMEOUT", 0.5)
    script = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)"
    start = time.monotonic()
    with pytest.raises(TimeoutError, match="script did not respond"), running(program(script)):
        pass  # pragma: no cover
    assert time.monotonic() - start < 30


def test_kills_processes_that_a_server_leaves_behind(tmp_path: Path) -> None:
    script = (
        "import subprocess; child = subprocess.Popen(['sleep', '60']);"
        f"open({str(tmp_path / 'child')!r}, 'w').write(str(child.pid));" + SERVER_SCRIPT
    )
    with running(program(script)):
        child = int((tmp_path / "child").read_text())
        assert resident_bytes(child) > 0
    wait_until_ended([child])
