"""Unusual but valid requests, and ambiguous ones, get one response each."""

import select
import socket
import time
from http import HTTPStatus

import pytest

from tests.servers.conftest import BODY_TIMEOUT
from tests.servers.processes import Server
from tests.servers.raw import (
    HEALTH,
    HEALTH_AND_CLOSE,
    OBSERVATION,
    Connection,
    Response,
    is_healthy,
    post,
)

H2C = (
    b"Connection: Upgrade, HTTP2-Settings",
    b"Upgrade: h2c",
    b"HTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA",
)
WEBSOCKET = (
    b"Connection: Upgrade",
    b"Upgrade: websocket",
    b"Sec-WebSocket-Version: 13",
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
)
CHUNKED = (
    b"POST /predict HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"%x\r\n%s\r\n%x\r\n%s\r\n0\r\n\r\n"
    % (20, OBSERVATION[:20], len(OBSERVATION) - 20, OBSERVATION[20:])
)
# As a header, it would be rejected with 415.
WITH_TRAILER = CHUNKED.removesuffix(b"\r\n") + b"Content-Type: text/plain\r\n\r\n"
SMUGGLED = b"GET /model HTTP/1.1\r\nHost: test\r\n\r\n"
BODY_LIMIT = 2 * 1024 * 1024
LARGE_CHUNK = b"%x\r\n%s\r\n" % (BODY_LIMIT // 2 + 1, b" " * (BODY_LIMIT // 2 + 1))
NEXT_PACKET = 0.2  # seconds


def exchange(port: int, *packets: bytes) -> list[Response]:
    """Send ``packets`` and a request that closes; return all responses."""
    with Connection(port) as connection:
        connection.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for packet in packets[:-1]:
            connection.send(packet)
            time.sleep(NEXT_PACKET)
        connection.send(packets[-1] + HEALTH_AND_CLOSE)
        responses: list[Response] = []
        while not responses or responses[-1].headers.get(b"connection") != b"close":
            responses.append(connection.response())
        assert connection.is_closed()
    return responses


@pytest.mark.parametrize("offer", [H2C, WEBSOCKET], ids=["h2c", "websocket"])
@pytest.mark.parametrize("packets", [1, 2])
@pytest.mark.parametrize("body", [OBSERVATION, SMUGGLED], ids=["observation", "smuggled"])
def test_body_of_an_upgrade_offer_belongs_to_its_request(
    server: Server, offer: tuple[bytes, ...], packets: int, body: bytes
) -> None:
    head = post(*offer, body=body)
    first, second = exchange(server.port, *([head + body] if packets == 1 else [head, body]))
    if body == OBSERVATION:
        assert first.is_prediction()
    else:
        assert first.status == HTTPStatus.BAD_REQUEST
    assert second.is_health()


def test_pipelined_requests_are_answered_in_order(server: Server) -> None:
    responses = exchange(server.port, (post() + OBSERVATION + HEALTH) * 20)
    assert len(responses) == 41
    assert all(response.is_prediction() for response in responses[:40:2])
    assert all(response.is_health() for response in responses[1:40:2])


@pytest.mark.parametrize("request_bytes", [CHUNKED, WITH_TRAILER], ids=["plain", "trailer"])
def test_chunked_body_gets_its_prediction(server: Server, request_bytes: bytes) -> None:
    first, _ = exchange(server.port, request_bytes)
    assert first.is_prediction()


def test_expected_body_gets_100_continue(server: Server) -> None:
    with Connection(server.port) as connection:
        connection.send(post(b"Expect: 100-continue"))
        assert connection.response().status == HTTPStatus.CONTINUE
        connection.send(OBSERVATION)
        assert connection.response().is_prediction()


@pytest.mark.parametrize(
    "framing",
    [
        b"Expect: 100-continue\r\nContent-Length: %d\r\n\r\n" % (BODY_LIMIT + 1),
        b"Transfer-Encoding: chunked\r\n\r\n" + LARGE_CHUNK * 2,
    ],
    ids=["before-it-is-sent", "without-a-length"],
)
def test_too_large_body_is_rejected(server: Server, framing: bytes) -> None:
    with Connection(server.port) as connection:
        connection.send(b"POST /predict HTTP/1.1\r\nHost: test\r\n" + framing)
        assert connection.response().status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        assert connection.is_closed()


@pytest.mark.parametrize(
    "request_bytes",
    [
        post(b"Content-Length: 5") + OBSERVATION,
        b"GET /health\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n",
        b"GET /health HTTP/1.1\r\nHost: test\r\nBad Name: 1\r\n\r\n",
        CHUNKED.replace(b"\r\n14\r\n", b"\r\nxyz\r\n"),
    ],
    ids=["two-lengths", "no-version", "tls", "space-in-name", "chunk-size"],
)
def test_malformed_request_is_rejected_and_the_connection_closed(
    server: Server, request_bytes: bytes
) -> None:
    with Connection(server.port) as connection:
        connection.send(request_bytes)
        assert connection.response().status == HTTPStatus.BAD_REQUEST
        assert connection.is_closed()


def test_two_framings_at_once_never_make_two_requests(server: Server) -> None:
    ambiguous = CHUNKED.replace(b"\r\n\r\n", b"\r\nContent-Length: 4\r\n\r\n", 1)
    with Connection(server.port) as connection:
        connection.send(ambiguous + HEALTH)
        first = connection.response()
        assert first.is_prediction() or first.status == HTTPStatus.BAD_REQUEST
        if first.headers.get(b"connection") != b"close":
            assert connection.response().is_health()


@pytest.mark.parametrize("sent", [b"", OBSERVATION[:20]], ids=["nothing", "half"])
def test_stalled_body_gets_408(server: Server, sent: bytes) -> None:
    with Connection(server.port) as connection:
        start = time.monotonic()
        connection.send(post() + sent)
        response = connection.response()
        assert response.status == HTTPStatus.REQUEST_TIMEOUT
        assert BODY_TIMEOUT * 0.9 < time.monotonic() - start < BODY_TIMEOUT + 3
        assert connection.is_closed()
    assert is_healthy(server.port)


def test_trickling_body_gets_408(server: Server) -> None:
    with Connection(server.port) as connection:
        connection.send(post())
        start = time.monotonic()
        while not select.select([connection.socket], [], [], BODY_TIMEOUT / 8)[0]:
            assert time.monotonic() - start < BODY_TIMEOUT + 3
            connection.send(b" ")
        assert connection.response().status == HTTPStatus.REQUEST_TIMEOUT
