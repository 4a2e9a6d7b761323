import http.server
import json
import shutil
import time
from contextlib import suppress
from pathlib import Path
from threading import Thread

import pytest

from benchmarks.wrk import wrk
from tests.benchmarks.conftest import WRK_OUTPUT


def test_wrk_gets_the_load_and_its_results_are_parsed(wrk_program: Path) -> None:
    assert wrk("http://127.0.0.1:1/predict", b'{"a": 1}', 3) == json.loads(WRK_OUTPUT)
    arguments = (wrk_program.parent / "arguments").read_text()
    assert {"-t1", "-c16", "-d3s", "--latency", "http://127.0.0.1:1/predict"} < set(
        arguments.split()
    )
    assert "/wrk.lua " in arguments
    assert (wrk_program.parent / "body").read_bytes() == b'{"a": 1}'


def test_failure_of_wrk_is_an_error(wrk_program: Path) -> None:
    wrk_program.write_text("#!/bin/sh\necho unable to connect; exit 1\n")
    with pytest.raises(RuntimeError, match="unable to connect"):
        wrk("http://127.0.0.1:1/", b"{}", 1)


class Handler(http.server.BaseHTTPRequestHandler):  # pragma: no cover - needs wrk
    protocol_version = "HTTP/1.1"

    def handle(self) -> None:
        with suppress(ConnectionError):  # wrk closes its connections at the end.
            super().handle()

    def do_POST(self) -> None:
        time.sleep(0.02)  # Spares the processor.
        body = self.rfile.read(int(self.headers["Content-Length"]))
        is_expected = body == b'{"a": 1}' and self.headers["Content-Type"] == "application/json"
        self.send_response(200 if is_expected else 400)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.mark.skipif(shutil.which("wrk") is None, reason="wrk is not installed")
@pytest.mark.parametrize(("body", "succeeds"), [(b'{"a": 1}', True), (b"{}", False)])
def test_wrk_sends_the_body_and_counts_errors(
    body: bytes, *, succeeds: bool
) -> None:  # pragma: no cover - needs wrk
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever).start()
        try:
            found = wrk(f"http://127.0.0.1:{server.server_port}/", body, 1)
        finally:
            server.shutdown()
    assert found["requests_per_s"] > 10
    assert 0 < found["p50_ms"] <= found["p99_ms"]
    assert (found["errors"] == 0) is succeeds
