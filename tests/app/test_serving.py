"""``python -m app``, as the container image starts it."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path

import httpx
import pytest

from app.observation import EXAMPLES
from tests.conftest import ROOT

SERVE = [sys.executable, "-m", "app"]
OBSERVATION = json.dumps(EXAMPLES["malignant"]).encode()


@contextmanager
def started(**variables: str) -> Iterator["subprocess.Popen[str]"]:
    """Run the server until the block ends; whatever is left of it then is killed."""
    environment = {**os.environ, "HOST": "127.0.0.1", **variables}
    process = subprocess.Popen(
        SERVE,
        cwd=ROOT,
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,  # Its workers are in its group.
    )
    with process:
        try:
            yield process
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def stop(process: "subprocess.Popen[str]") -> int:
    """Send SIGTERM; return the exit status."""
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=30)
    return process.returncode


def lines(process: "subprocess.Popen[str]") -> Iterator[str]:
    """Yield what ``process`` says, as it says it."""
    assert process.stderr is not None
    return iter(process.stderr.readline, "")


def workers(process: "subprocess.Popen[str]", count: int) -> list[int]:
    """Return the process ids of the next ``count`` workers that ``process`` says have started."""
    found = (re.search(r"Started server process \[(\d+)\]", line) for line in lines(process))
    started = (int(match[1]) for match in found if match)
    return [next(started) for _ in range(count)]


def connect(port: int) -> httpx.Client:
    # A worker has said that it started a moment before it listens.
    transport = httpx.HTTPTransport(retries=5)
    return httpx.Client(base_url=f"http://127.0.0.1:{port}", transport=transport)


def test_it_serves_where_it_is_told_and_exits_with_0_on_sigterm(port: int) -> None:
    with started(PORT=str(port)) as process:
        assert any(f"running on http://127.0.0.1:{port} " in line for line in lines(process))
        answer = httpx.post(f"http://127.0.0.1:{port}/predict", json=EXAMPLES["malignant"])
        assert answer.json()["prediction"] == 1
        assert "server" not in answer.headers
        assert stop(process) == 0


@pytest.mark.parametrize("count", [1, 2])
def test_what_was_accepted_before_sigterm_is_answered(port: int, count: int) -> None:
    head = b"POST /predict HTTP/1.1\r\nHost: test\r\nExpect: 100-continue\r\n"
    head += b"Content-Length: %d\r\n\r\n" % len(OBSERVATION)
    with started(PORT=str(port), WORKERS=str(count)) as process:
        pids = workers(process, count)
        with connect(port) as client:
            client.get("/openapi.json").raise_for_status()
        connections = [socket.create_connection(("127.0.0.1", port), 30) for _ in range(16)]
        for connection in connections:
            connection.sendall(head)
            # What the server says when the service asks for the body.
            assert connection.recv(65536).startswith(b"HTTP/1.1 100 ")
        process.send_signal(signal.SIGTERM)
        told = (line for line in lines(process) if "Shutting down" in line)
        assert len(list(islice(told, count))) == count
        for connection in connections:
            connection.sendall(OBSERVATION)
            assert connection.recv(65536).startswith(b"HTTP/1.1 200 OK\r\n")
            connection.close()
        process.communicate(timeout=30)
    assert process.returncode == 0
    assert not any(Path(f"/proc/{pid}").exists() for pid in pids)


def test_a_killed_worker_is_replaced_and_the_other_goes_on(port: int) -> None:
    with started(PORT=str(port), WORKERS="2") as process:
        victim, other = workers(process, 2)
        os.kill(victim, signal.SIGKILL)
        with connect(port) as client:
            assert client.post("/predict", json=EXAMPLES["benign"]).json()["prediction"] == 0
        [replacement] = workers(process, 1)
        assert replacement not in (victim, other)
        assert stop(process) == 0


def test_an_answer_of_one_of_two_workers_does_not_wait_for_the_network(port: int) -> None:
    """Without TCP_NODELAY each takes 40 ms and more."""
    with started(PORT=str(port), WORKERS="2") as process:
        workers(process, 2)
        with connect(port) as client:
            times = []
            for _ in range(31):
                begun = time.perf_counter()
                client.post("/predict", json=EXAMPLES["benign"]).raise_for_status()
                times.append(time.perf_counter() - begun)
        assert stop(process) == 0
    # At first TCP acknowledges at once; the best of the rest, as a machine may be busy.
    assert min(times[-15:]) < 0.03


def test_a_connection_too_many_gets_a_503_and_the_others_an_answer(port: int) -> None:
    with started(PORT=str(port), CONNECTIONS="2") as process:
        workers(process, 1)
        with connect(port) as first, connect(port) as second, connect(port) as third:
            for _ in range(3):
                assert first.get("/openapi.json").status_code == 200
                assert second.get("/openapi.json").status_code == 200
            refused = third.get("/openapi.json")
            assert (refused.status_code, refused.headers["connection"]) == (503, "close")
            assert first.get("/openapi.json").status_code == 200
        assert stop(process) == 0


def test_behind_a_proxy_the_docs_know_where_they_are(port: int) -> None:
    with started(PORT=str(port), ROOT_PATH="/models/breast") as process:
        workers(process, 1)
        with connect(port) as client:
            assert client.get("/docs").status_code == 200
            assert client.get("/openapi.json").json()["servers"] == [{"url": "/models/breast"}]
            assert client.get("/").status_code == 200
            assert client.get("/openapi.json").json()["servers"] == [{"url": "/models/breast"}]
            assert client.post("/predict", json=EXAMPLES["malignant"]).status_code == 200
        assert stop(process) == 0


@pytest.mark.parametrize("count", ["1", "2"])
def test_a_port_that_is_taken_stops_the_start(count: str) -> None:
    taken = socket.create_server(("127.0.0.1", 0))
    with taken, started(PORT=str(taken.getsockname()[1]), WORKERS=count) as process:
        _, said = process.communicate(timeout=30)
    assert process.returncode != 0
    assert "address already in use" in said.lower()
    assert "Traceback" not in said


def test_it_becomes_a_lambda_runtime_where_there_is_a_runtime_interface(port: int) -> None:
    """Nothing listens at the interface's address here, so it fails, and not as a server."""
    with started(AWS_LAMBDA_RUNTIME_API=f"127.0.0.1:{port}") as process:
        _, errors = process.communicate(timeout=30)
    assert process.returncode != 0
    assert "awslambdaric" in errors
    assert "uvicorn" not in errors


def test_ctrl_c_ends_it_without_a_traceback(port: int) -> None:
    with started(PORT=str(port)) as process:
        workers(process, 1)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=30)
    assert process.returncode == 0
    assert "Traceback" not in said
