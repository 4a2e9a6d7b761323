"""Other requests are answered while large batches run."""

import http.client
import statistics
import time
from contextlib import closing
from http import HTTPStatus
from threading import Event, Thread

import pytest

from tests.servers.processes import Server
from tests.servers.raw import OBSERVATION, is_healthy

ROWS = {"/predict/batch": 10_000, "/explain/batch": 1_000}


def batch(rows: int) -> bytes:
    return b"[" + b",".join([OBSERVATION] * rows) + b"]"


def post_batch(server: Server, path: str, body: bytes) -> tuple[int, bytes]:
    with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)) as connection:
        connection.request("POST", path, body, {"Content-Type": "application/json"})
        response = connection.getresponse()
        return response.status, response.read()


@pytest.mark.parametrize("path", ROWS)
def test_health_is_answered_while_batches_run(server: Server, path: str) -> None:
    body = batch(ROWS[path])
    stop = Event()
    completed: list[int] = []

    def load() -> None:
        while not stop.is_set():
            completed.append(post_batch(server, path, body)[0])

    threads = [Thread(target=load, daemon=True) for _ in range(4)]
    for thread in threads:
        thread.start()
    waits: list[float] = []
    while len(waits) < 20 or len(completed) < 8:
        start = time.monotonic()
        assert is_healthy(server.port)
        waits.append(time.monotonic() - start)
        time.sleep(0.05)
    stop.set()
    for thread in threads:
        thread.join(timeout=30)
    assert set(completed) == {HTTPStatus.OK}
    print(f"\n{path}: median {statistics.median(waits):.3f} s, maximum {max(waits):.3f} s")
    assert statistics.median(waits) < 0.25
