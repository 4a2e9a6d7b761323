import http.server
import os
import shutil
from pathlib import Path
from threading import Thread

import pytest

from benchmarks.wrk import Figures, WrkMissing, parse, wrk

# What Debian's wrk 4.1.0 printed with our script, against a server that refuses POST.
RECORDED = """Running 1s test @ http://127.0.0.1:18733/
  1 threads and 4 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency     4.59ms    3.54ms  20.51ms   83.33%
    Req/Sec     0.95k   289.09     1.20k    80.00%
  Latency Distribution
     50%    3.48ms
     75%    6.17ms
     90%    9.11ms
     99%   16.11ms
  947 requests in 1.00s, 513.27KB read
  Non-2xx or 3xx responses: 947
Requests/sec:    946.70
Transfer/sec:    513.10KB
{"requests": 947, "microseconds": 1000319, "p50": 3478, "p99": 16110, "refused": 947, "broken": 0, "late": 0}
"""  # noqa: E501

UNABLE = "unable to connect to 127.0.0.1:1 Connection refused"


def stand_in(folder: Path, script: str) -> None:
    """Put a program called wrk where it is found."""
    program = folder / "wrk"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is first in PATH."""
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    return tmp_path


def test_what_it_prints_is_read() -> None:
    found = parse(RECORDED)
    assert found == Figures(found.requests_per_s, 3.478, 16.11, 947, 0, 0)
    assert round(found.requests_per_s, 2) == 946.70
    assert found.errors == 947


def test_it_is_told_what_to_send_and_where(path: Path) -> None:
    (path / "recorded").write_text(RECORDED)
    stand_in(
        path, 'cd "$(dirname "$0")"; echo "$@" > told; shift 11; cat "$1" > body; cat recorded'
    )
    assert wrk("http://127.0.0.1:1/predict", b'{"a": 1}', 16, 3) == parse(RECORDED)
    told = (path / "told").read_text().split()
    assert {"-t1", "-c16", "-d3s", "--latency", "http://127.0.0.1:1/predict"} < set(told)
    assert Path(told[told.index("-s") + 1]).name == "wrk.lua"
    assert (path / "body").read_bytes() == b'{"a": 1}'


def test_a_run_that_does_not_begin_is_an_error(path: Path) -> None:
    stand_in(path, f"echo {UNABLE}; exit 1")
    with pytest.raises(RuntimeError, match=UNABLE):
        wrk("http://127.0.0.1:1/", b"{}", 1, 1)


def test_without_wrk_one_is_told_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(WrkMissing, match="apt-get install wrk"):
        wrk("http://127.0.0.1:1/", b"{}", 1, 1)


class Echo(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:  # pragma: no cover - only where wrk is
        body = self.rfile.read(int(self.headers["Content-Length"]))
        right = body == b'{"a": 1}' and self.headers["Content-Type"] == "application/json"
        self.send_response(200 if right else 400)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:  # pragma: no cover - only where wrk is
        pass


@pytest.mark.skipif(shutil.which("wrk") is None, reason="there is no wrk")
@pytest.mark.parametrize(("body", "right"), [(b'{"a": 1}', True), (b"{}", False)])
def test_wrk_itself_sends_it(body: bytes, *, right: bool) -> None:  # pragma: no cover
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Echo) as server:
        Thread(target=server.serve_forever).start()
        found = wrk(f"http://127.0.0.1:{server.server_port}/", body, 2, 1)
        server.shutdown()
    assert found.requests_per_s > 10
    assert 0 < found.p50_ms <= found.p99_ms
    assert (found.errors == 0) is right
