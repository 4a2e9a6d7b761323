"""A client that sends bytes as they are, and requests and responses to use with it."""

import json
import socket
from http import HTTPStatus
from typing import BinaryIO, NamedTuple, Self

OBSERVATION = (
    b'{"meanConcavePoints":0.07951,"worstRadius":24.86,"worstTexture":26.58,'
    b'"worstArea":1866.0,"worstConcavePoints":0.01}'
)
PREDICTION = {"reason": "OK", "prediction": 1, "status": "200"}
HEALTH = b"GET /health HTTP/1.1\r\nHost: test\r\n\r\n"
HEALTH_AND_CLOSE = b"GET /health HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n"


def post(*headers: bytes, body: bytes = OBSERVATION, path: bytes = b"/predict") -> bytes:
    """Return the head of a POST of ``body``, with more ``headers``."""
    lines = (
        b"POST %s HTTP/1.1" % path,
        b"Host: test",
        b"Content-Type: application/json",
        b"Content-Length: %d" % len(body),
        *headers,
    )
    return b"\r\n".join(lines) + b"\r\n\r\n"


class Response(NamedTuple):
    """A response as it was received."""

    status: int
    headers: dict[bytes, bytes]
    body: bytes

    def is_prediction(self) -> bool:
        """Return whether it holds the prediction of `OBSERVATION`."""
        return self.status == HTTPStatus.OK and json.loads(self.body) == PREDICTION

    def is_health(self) -> bool:
        """Return whether it is the response of `/health`."""
        keys = {"reason", "status", "model"}
        return self.status == HTTPStatus.OK and json.loads(self.body).keys() == keys


class Connection:
    """A TCP connection to a server on 127.0.0.1."""

    def __init__(self, port: int, timeout: float = 10) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout)
        self.received: BinaryIO = self.socket.makefile("rb")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.received.close()
        self.socket.close()

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def response(self) -> Response:
        """Read one response; raise ConnectionError if the server closes before its end."""
        status_line = self._line()
        headers = {}
        while line := self._line():
            name, _, value = line.partition(b": ")
            headers[name.lower()] = value
        status = int(status_line.split()[1])
        return Response(status, headers, self._body(headers))

    def _body(self, headers: dict[bytes, bytes]) -> bytes:
        if b"content-length" not in headers:
            return self.received.read() if headers.get(b"connection") == b"close" else b""
        length = int(headers[b"content-length"])
        body = self.received.read(length)
        if len(body) < length:
            raise ConnectionError("closed within a body")
        return body

    def _line(self) -> bytes:
        line = self.received.readline()
        if not line.endswith(b"\r\n"):
            raise ConnectionError("closed within a head")
        return line.removesuffix(b"\r\n")

    def is_closed(self) -> bool:
        """Return whether the server closes the connection without another byte."""
        try:
            return self.received.read(1) == b""
        except ConnectionResetError:
            return True


def is_healthy(port: int) -> bool:
    """Return whether the server answers a new connection."""
    with Connection(port) as connection:
        connection.send(HEALTH_AND_CLOSE)
        return connection.response().is_health()
