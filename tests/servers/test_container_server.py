"""The container's server without a container: the entry point with the Dockerfile's variables."""

import shutil
import socket
import time
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from http import HTTPStatus
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.servers.conftest import HEAD_TIMEOUT
from tests.servers.processes import Server, container_server, is_listening, until
from tests.servers.raw import HEALTH, HEALTH_AND_CLOSE, OBSERVATION, Connection, post

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


def test_trickling_head_is_cut_off_in_time(granian_server: Server) -> None:
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
        server.process.terminate()
        until(lambda: not is_listening(server.port), seconds=5)
        for connection in connections:
            connection.send(OBSERVATION)
            assert connection.response().is_prediction()
        assert server.process.wait(10) == 0


def test_sigterm_ends_the_server_in_time_with_open_connections() -> None:
    with (
        container_server({"GRANIAN_WORKERS_KILL_TIMEOUT": "1"}) as server,
        ExitStack() as stack,
    ):
        for sent in (b"", HEALTH, HALF_A_HEAD, post()):
            stack.enter_context(Connection(server.port)).send(sent)
        time.sleep(0.2)
        status, seconds = server.terminate()
    assert status == 0
    assert seconds < 3


@pytest.mark.parametrize("workers", [1, 2])
def test_death_of_a_worker_ends_the_server(workers: int) -> None:
    """The container engine then restarts the container."""
    with container_server({"GRANIAN_WORKERS": str(workers)}) as server:
        server.workers()[-1].kill()
        assert server.process.wait(15) == 1


def output_of_failed_start(variables: Mapping[str, str] | None = None, folder: Path = ROOT) -> str:
    with container_server(variables, folder, ready=False) as server:
        assert server.process.wait(15) == 1
        return server.output()


def test_broken_model_file_stops_the_start(tmp_path: Path) -> None:
    for room in ("app", "model"):
        shutil.copytree(ROOT / room, tmp_path / room, ignore=shutil.ignore_patterns("*.joblib"))
    scorecard = tmp_path / "model" / "artifacts" / "scorecard.json"
    scorecard.write_bytes(scorecard.read_bytes()[:-2])
    assert "ScorecardAltered" in output_of_failed_start(folder=tmp_path)


def test_invalid_setting_stops_the_start_without_its_value() -> None:
    output = output_of_failed_start({"API_KEYS": "secret-value"})
    assert "API_KEYS must be" in output
    assert "secret-value" not in output


def test_taken_port_stops_the_start() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert "Address already in use" in output_of_failed_start({"GRANIAN_PORT": port})


def test_entry_point_runs_the_lambda_runtime_where_there_is_one() -> None:
    """Nothing listens at the runtime's address, so the runtime fails."""
    output = output_of_failed_start({"AWS_LAMBDA_RUNTIME_API": "127.0.0.1:1"})
    assert "awslambdaric" in output
    assert "granian" not in output


def test_each_request_is_logged_once_and_without_its_query() -> None:
    with container_server({"LOG_FORMAT": "json"}) as server:
        with Connection(server.port) as connection:
            connection.send(HEALTH_AND_CLOSE.replace(b"/health", b"/health?worstRadius=7318.52917"))
            assert connection.response().is_health()
        assert server.terminate()[0] == 0
        output = server.output()
    assert output.count('"message": "request"') == 1
    assert "7318.52917" not in output
    assert all(line.startswith("{") for line in output.splitlines())
