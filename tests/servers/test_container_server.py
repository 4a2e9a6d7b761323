"""The container's server without a container: the entry point with the Dockerfile's variables."""

import os
import shutil
import signal
import socket
import time
from contextlib import ExitStack, suppress
from http import HTTPStatus
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.servers.conftest import HEAD_TIMEOUT
from tests.servers.processes import (
    Server,
    container_server,
    starting_container_server,
)
from tests.servers.raw import (
    HEALTH,
    HEALTH_AND_CLOSE,
    OBSERVATION,
    Connection,
    post,
)

HALF_A_HEAD = HEALTH[:-4]


@pytest.mark.parametrize("sent", [b"", HALF_A_HEAD], ids=["silent", "half-a-head"])
def test_connection_without_a_request_is_closed_in_time(
    granian_server: Server, sent: bytes
) -> None:
    with Connection(granian_server.port) as connection:
        connection.send(sent)
        start = time.monotonic()
        assert connection.is_closed()
        assert HEAD_TIMEOUT * 0.9 < time.monotonic() - start < HEAD_TIMEOUT + 2


def test_head_that_trickles_is_not_waited_for(granian_server: Server) -> None:
    with Connection(granian_server.port) as connection:
        connection.send(HALF_A_HEAD)
        start = time.monotonic()
        with suppress(ConnectionError):
            while time.monotonic() - start < HEAD_TIMEOUT * 3:
                time.sleep(HEAD_TIMEOUT / 20)
                connection.send(b"\r\nX: a")
        assert time.monotonic() - start < HEAD_TIMEOUT * 2


def test_http_2_without_tls_is_off(granian_server: Server) -> None:
    with Connection(granian_server.port) as connection:
        connection.send(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
        assert connection.is_closed()


@pytest.mark.parametrize("workers", ["1", "2"])
def test_requests_in_flight_at_sigterm_are_answered(workers: str) -> None:
    with container_server({"GRANIAN_WORKERS": workers}) as server, ExitStack() as stack:
        connections = [stack.enter_context(Connection(server.port)) for _ in range(16)]
        for connection in connections:
            connection.send(post(b"Expect: 100-continue"))
            assert connection.response().status == HTTPStatus.CONTINUE
        server.process.send_signal(signal.SIGTERM)
        wait_until_refused(server)
        for connection in connections:
            connection.send(OBSERVATION)
            assert connection.response().is_prediction()
        assert server.process.wait(10) == 0


@pytest.mark.parametrize(
    "sent", [b"", HEALTH, HALF_A_HEAD, post()], ids=["silent", "idle", "half-a-head", "no-body"]
)
def test_sigterm_ends_the_server_in_time(sent: bytes) -> None:
    with (
        container_server({"GRANIAN_WORKERS_KILL_TIMEOUT": "1"}) as server,
        Connection(server.port) as connection,
    ):
        connection.send(sent)
        time.sleep(0.2)
        status, seconds = server.terminate()
    assert status == 0
    assert seconds < 3


@pytest.mark.parametrize("workers", [1, 2])
def test_death_of_a_worker_ends_the_server(workers: int) -> None:
    """The container engine then restarts the container."""
    with container_server({"GRANIAN_WORKERS": str(workers)}) as server:
        os.kill(server.workers().pop(), signal.SIGKILL)
        assert server.process.wait(15) == 1


def test_broken_model_file_stops_the_start(tmp_path: Path) -> None:
    for room in ("app", "model"):
        shutil.copytree(ROOT / room, tmp_path / room, ignore=shutil.ignore_patterns("*.joblib"))
    scorecard = tmp_path / "model" / "artifacts" / "scorecard.json"
    scorecard.write_bytes(scorecard.read_bytes()[:-2])
    with starting_container_server(folder=tmp_path) as server:
        assert server.process.wait(15) == 1
        assert "ScorecardAltered" in server.output()


def test_invalid_setting_stops_the_start_without_its_value() -> None:
    with starting_container_server({"API_KEYS": "secret-value"}) as server:
        assert server.process.wait(15) == 1
        assert "API_KEYS must be" in server.output()
        assert "secret-value" not in server.output()


def test_taken_port_stops_the_start() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        with starting_container_server({"GRANIAN_PORT": port}) as server:
            assert server.process.wait(15) == 1
            assert "Address already in use" in server.output()


def test_entry_point_runs_the_lambda_runtime_where_there_is_one() -> None:
    """Nothing listens at the runtime's address here, so it fails, and not as a server."""
    with starting_container_server({"AWS_LAMBDA_RUNTIME_API": "127.0.0.1:1"}) as server:
        assert server.process.wait(15) != 0
        assert "awslambdaric" in server.output()
        assert "granian" not in server.output()


def test_each_request_is_logged_once_and_without_its_query() -> None:
    with container_server({"LOG_FORMAT": "json"}) as server:
        with Connection(server.port) as connection:
            connection.send(HEALTH_AND_CLOSE.replace(b"/health", b"/health?worstRadius=24.86"))
            assert connection.response().is_health()
        assert server.terminate()[0] == 0
        output = server.output()
    assert output.count('"message": "request"') == 1
    assert "24.86" not in output
    assert all(line.startswith("{") for line in output.splitlines())


def wait_until_refused(server: Server) -> None:
    """Return when ``server`` accepts no connection."""
    end = time.monotonic() + 5
    while time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", server.port)).close()
        except ConnectionRefusedError:
            return
        time.sleep(0.01)
    raise AssertionError("still accepts connections")
