import os
import signal
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks import servers
from benchmarks.requests import Request
from benchmarks.servers import Server, WrongResponse, running
from benchmarks.throughput import servers as throughput_servers

pytestmark = pytest.mark.usefixtures("_untraced")

SERVERS = {f"{server.name} behind {server.behind}": server for server in throughput_servers()}
SERVICE, RAW = (
    SERVERS[f"{name} behind granian"] for name in ("This service, /predict", "Raw ASGI")
)


def program(script: str) -> Server:
    """A server that is a Python script with the port as its argument."""
    return Server("script", "http.server", (sys.executable, "-c", script, "{port}"), [GREETING])


GREETING = Request("/", b"{}", bool)

# The first request gets an error, as from a server that loads its model.
SLOW_TO_LOAD = """
import http.server, sys

class Handler(http.server.BaseHTTPRequestHandler):
    requests = 0

    def do_POST(self):
        Handler.requests += 1
        self.send_response(200 if Handler.requests > 1 else 503)
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


@pytest.mark.parametrize("name", SERVERS)
def test_a_server_starts_responds_correctly_and_stops_with_its_workers(name: str) -> None:
    with running(SERVERS[name]) as server:
        server.check()
        assert 0 < server.ready_s < 60
        assert 15e6 < server.resident_bytes() < 400e6
        processes = server.processes()
    wait_until_ended(processes)


@pytest.mark.parametrize(
    "request_",
    [
        replace(SERVICE.requests[0], is_correct=lambda _: False),
        replace(SERVICE.requests[0], is_correct=lambda response: bool(response["missing"])),
        Request("/nowhere", b"{}", lambda _: True),
    ],
)
def test_rejects_wrong_responses(request_: Request) -> None:
    server = replace(SERVICE, requests=[*SERVICE.requests[:1], request_])
    with running(server) as process, pytest.raises(WrongResponse, match="This service"):
        process.check()


def test_a_stopped_server_exits_with_status_0() -> None:
    with running(RAW) as server:
        assert server.stop() < 60


def test_a_server_that_exits_is_an_error() -> None:
    server = program("raise SystemExit(7)")
    with pytest.raises(RuntimeError, match="script exited with 7"), running(server):
        pass  # pragma: no cover


def test_a_server_that_is_killed_is_an_error_when_stopped() -> None:
    with running(RAW) as server:
        os.kill(server.process.pid, signal.SIGKILL)
        with pytest.raises(RuntimeError, match="exited with -9"):
            server.stop()


def test_waits_for_a_server_that_loads_its_model() -> None:
    with running(program(SLOW_TO_LOAD)) as server:
        server.check()


def test_a_server_that_neither_responds_nor_stops_is_killed(
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
