import os
import signal
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks import servers
from benchmarks.requests import Request, prediction_requests
from benchmarks.servers import Server, WrongResponse, granian, running, uvicorn
from tests.conftest import ROOT

pytestmark = pytest.mark.usefixtures("_untraced")

GREETING = Request("/", b"{}", bool)
SERVICE = granian("This service", "app.main:app", prediction_requests("/predict"))


def program(script: str) -> Server:
    """A server that is a Python script with the port as its argument."""
    return Server("script", "http.server", (sys.executable, "-c", script, "{port}"), [GREETING])


# The first request gets an error, as from a server that loads its model.
SLOW_TO_LOAD = """
import http.server, sys

class Handler(http.server.BaseHTTPRequestHandler):
    requests = 0

    def do_POST(self):
        Handler.requests += 1
        is_fine = Handler.requests > 1 and self.path == "/"
        self.send_response(200 if is_fine else 503)
        self.end_headers()
        self.wfile.write(b'{"ok": true}')

    def log_message(self, *_):
        pass

http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:  # pragma: no cover - depends on when it is reaped
        return False


def wait_until_ended(pids: list[int]) -> None:
    deadline = time.monotonic() + 10
    while any(map(is_alive, pids)):
        assert time.monotonic() < deadline
        time.sleep(0.02)  # pragma: no cover - depends on when they end


def test_server_responds_and_stops_with_its_workers() -> None:
    with running(SERVICE) as server:
        server.check()
        processes = server.processes()
        assert len(processes) > 1
        assert 15e6 < server.resident_bytes() < 400e6
        assert 0 < server.stop() < 60
    wait_until_ended(processes)


@pytest.mark.parametrize(
    "request_",
    [
        Request("/", b"{}", lambda _: False),
        Request("/", b"{}", lambda response: bool(response["missing"])),
        Request("/missing", b"{}", lambda _: True),
    ],
)
def test_rejects_wrong_responses(request_: Request) -> None:
    server = replace(program(SLOW_TO_LOAD), requests=[GREETING, request_])
    with running(server) as process, pytest.raises(WrongResponse, match="script"):
        process.check()


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
    with running(program(SLOW_TO_LOAD)) as server:
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
        f"open({str(tmp_path / 'child')!r}, 'w').write(str(child.pid));" + SLOW_TO_LOAD
    )
    with running(program(script)):
        child = int((tmp_path / "child").read_text())
        assert is_alive(child)
    wait_until_ended([child])
