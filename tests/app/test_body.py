import json
import socket
from collections import deque
from collections.abc import AsyncIterator, Iterator
from itertools import repeat
from urllib.parse import urlsplit

import httpx
import pytest
from fastapi import FastAPI

from app.errors import REASONS
from app.lambda_handler import handler
from app.main import create_app
from app.observation import EXAMPLES
from app.settings import Settings
from model import Scorecard
from tests import function_url
from tests.app.test_main import refused

LIMIT = 1000
DEFAULT = Settings().body_limit
OBSERVATION = json.dumps(EXAMPLES["malignant"]).encode()
REFUSAL = {"reason": REASONS[413], "prediction": "", "status": "413"}


class Body:
    """A body sent in parts of 10 bytes, that knows how many were taken."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.taken = 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        content = OBSERVATION.ljust(self.size)
        for start in range(0, self.size, 10):
            part = content[start : start + 10]
            self.taken += len(part)
            yield part


@pytest.fixture
def app(scorecard: Scorecard) -> FastAPI:
    """The service, with a lower limit."""
    return create_app(scorecard, Settings(body_limit=LIMIT))


@pytest.fixture
async def caller(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        yield client


@pytest.mark.anyio
@pytest.mark.parametrize("path", ["/predict", "/"])
@pytest.mark.parametrize("headers", [{}, {"content-length": str(LIMIT)}, {"content-length": "x"}])
async def test_a_body_of_just_the_limit_is_taken(
    caller: httpx.AsyncClient, path: str, headers: dict[str, str]
) -> None:
    answer = await caller.post(path, content=Body(LIMIT), headers=headers)
    assert answer.status_code == 200


@pytest.mark.anyio
@pytest.mark.parametrize("path", ["/predict", "/"])
@pytest.mark.parametrize("media_type", ["application/json", "text/plain"])
@pytest.mark.parametrize(
    ("declared", "taken"),
    [
        (None, LIMIT + 10),
        ("5", LIMIT + 10),
        ("-1", LIMIT + 10),
        ("0" * 5000, LIMIT + 10),
        (str(LIMIT + 1), 0),
        ("9" * 5000, 0),
    ],
)
async def test_one_byte_more_is_refused_before_it_is_held(
    caller: httpx.AsyncClient, path: str, media_type: str, declared: str | None, taken: int
) -> None:
    body = Body(10 * LIMIT)
    headers = {"content-type": media_type}
    if declared:
        headers["content-length"] = declared
    answer = await caller.post(path, content=body, headers=headers)
    assert refused(answer, 413) == REASONS[413]
    assert answer.headers["connection"] == "close"
    assert body.taken == taken


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/docs", 200), ("GET", "/", 200), ("POST", "/none", 404), ("PUT", "/predict", 405)],
)
async def test_an_answer_that_needs_no_body_takes_none(
    caller: httpx.AsyncClient, method: str, path: str, status: int
) -> None:
    body = Body(10 * LIMIT)
    length = {"content-length": str(body.size)}
    answer = await caller.request(method, path, content=body, headers=length)
    assert (answer.status_code, body.taken) == (status, 0)


@pytest.fixture
def connection(address: str) -> Iterator[socket.socket]:
    """A connection to a real server with the default limit."""
    url = urlsplit(address)
    assert url.hostname
    assert url.port
    with socket.create_connection((url.hostname, url.port), timeout=20) as connected:
        yield connected


def answer_of(connection: socket.socket) -> tuple[bytes, dict[str, str]]:
    """Read until the server closes; return the status line and the answer."""
    received = b""
    while part := connection.recv(65536):
        received += part
    head, _, content = received.partition(b"\r\n\r\n")
    return head.splitlines()[0], json.loads(content)


HEAD = b"POST /predict HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\n"


@pytest.mark.parametrize("expectation", [b"", b"Expect: 100-continue\r\n"])
def test_a_declared_body_is_refused_before_it_is_sent(
    connection: socket.socket, expectation: bytes
) -> None:
    connection.sendall(HEAD + expectation + b"Content-Length: %d\r\n\r\n" % (DEFAULT + 1))
    assert answer_of(connection) == (b"HTTP/1.1 413 Request Entity Too Large", REFUSAL)


def test_a_body_without_end_is_cut_off(connection: socket.socket) -> None:
    connection.sendall(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
    part = b"10000\r\n" + b" " * 65536 + b"\r\n"
    with pytest.raises(ConnectionError):  # Long before 20 times the limit, which would end it.
        deque(map(connection.sendall, repeat(part, 20 * DEFAULT // 65536)), maxlen=0)
    assert answer_of(connection) == (b"HTTP/1.1 413 Request Entity Too Large", REFUSAL)


def test_a_whole_body_of_any_size_is_answered(client: httpx.Client) -> None:
    for extra, status in ((0, 200), (1, 413), (DEFAULT, 413)):
        answer = client.post("/predict", content=OBSERVATION.ljust(DEFAULT + extra))
        assert answer.status_code == status
        assert answer.json()["status"] == str(status)


@pytest.mark.parametrize("headers", [{}, {"content-length": str(DEFAULT + 1)}])
def test_lambda_refuses_alike(headers: dict[str, str]) -> None:
    event = function_url.event(OBSERVATION.ljust(DEFAULT + 1), headers=headers)
    answer = handler(event, function_url.CONTEXT)
    assert answer["statusCode"] == 413
    assert json.loads(function_url.body(answer)) == REFUSAL
