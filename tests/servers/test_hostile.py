"""Clients that take resources: others are still answered, and memory is bounded."""

import socket
import struct
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from http import HTTPStatus

import pytest

from tests.servers.processes import Server
from tests.servers.raw import (
    HEALTH,
    HEALTH_AND_CLOSE,
    OBSERVATION,
    Connection,
    is_healthy,
    post,
)

BEGINNING = b"GET /health HTTP/1.1\r\nHost: test\r\n"
HALF_A_BODY = post() + OBSERVATION[:20]
RESET = struct.pack("ii", 1, 0)  # Makes close() send RST.
REJECTED = (HTTPStatus.BAD_REQUEST, HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
MANY = 512  # connections


@pytest.fixture(autouse=True)
def _leaves_the_server_in_order(server: Server) -> Iterator[None]:
    yield
    assert is_healthy(server.port)
    assert server.process.poll() is None


def connect_many(stack: ExitStack, server: Server) -> list[Connection]:
    return [stack.enter_context(Connection(server.port)) for _ in range(MANY)]


def send_repeatedly(to: socket.socket, data: bytes, times: int) -> None:
    for _ in range(times):
        to.sendall(data)


@pytest.mark.parametrize(
    "headers",
    [
        b"X: %s\r\n" % (b"a" * 2_000_000),
        b"".join(b"X-%d: %s\r\n" % (number, b"a" * 1000) for number in range(2000)),
        b"%s: a\r\n" % (b"X" * 2_000_000),
    ],
    ids=["long-value", "many", "long-name"],
)
def test_huge_headers_are_rejected(server: Server, headers: bytes) -> None:
    with Connection(server.port) as connection:
        with suppress(ConnectionError):
            connection.send(BEGINNING + headers + b"\r\n")
        with suppress(ConnectionResetError):
            assert connection.response().status in REJECTED
        assert connection.is_closed()


@pytest.mark.parametrize("line", [b"a" * 65536, b"X: a\r\n" * 1024], ids=["one-line", "lines"])
def test_endless_headers_end_the_connection_before_they_fill_memory(
    server: Server, line: bytes
) -> None:
    before = server.memory()
    with Connection(server.port) as connection:
        connection.send(BEGINNING + b"X: ")
        with pytest.raises(ConnectionError):
            send_repeatedly(connection.socket, line, times=100_000_000 // len(line))
    assert server.memory() - before < 20


def test_large_half_heads_take_bounded_memory(server: Server) -> None:
    before = server.memory()
    with ExitStack() as stack:
        for connection in connect_many(stack, server):
            connection.send(BEGINNING + b"X: " + b"a" * 60_000)
        assert is_healthy(server.port)
        # 30 MB of heads, and what buffers have in reserve.
        assert server.memory() - before < 100


@pytest.mark.parametrize("sent", [b"", BEGINNING], ids=["silent", "half-a-head"])
def test_waiting_connections_do_not_delay_others(server: Server, sent: bytes) -> None:
    with ExitStack() as stack:
        for connection in connect_many(stack, server):
            connection.send(sent)
        start = time.monotonic()
        assert is_healthy(server.port)
        assert time.monotonic() - start < 1


def test_unread_responses_take_bounded_memory(server: Server) -> None:
    before = server.memory()
    request = HEALTH.replace(b"/health", b"/openapi.json")
    with socket.socket() as unread:
        unread.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        unread.settimeout(1)
        unread.connect(("127.0.0.1", server.port))
        # Until neither side's buffers take more.
        with pytest.raises(TimeoutError):
            send_repeatedly(unread, request * 1000, times=1000)
        assert is_healthy(server.port)
        assert server.memory() - before < 20


@pytest.mark.parametrize("linger", [None, RESET], ids=["closed", "reset"])
@pytest.mark.parametrize("sent", [HEALTH_AND_CLOSE, HALF_A_BODY], ids=["sent", "half-a-body"])
def test_disconnects_do_not_affect_others(
    server: Server, sent: bytes, linger: bytes | None
) -> None:
    for _ in range(50):
        with Connection(server.port) as connection:
            if linger:
                connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            connection.send(sent)
