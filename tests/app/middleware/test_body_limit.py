import asyncio
import json
import socket
from collections import deque
from collections.abc import AsyncIterator
from functools import partial
from itertools import repeat
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from fastapi import FastAPI
from starlette.types import Message, Receive, Scope, Send

from app.api.errors import REASONS, BodyTooLarge, RequestTimeout
from app.api.schemas import EXAMPLES
from app.lambda_handler import handler
from app.main import create_app
from app.middleware.body_limit import BodyLimitMiddleware
from app.settings import Settings
from model import Scorecard
from tests import function_url
from tests.app.asgi import call, error_reason, is_passed_on

LIMIT = 1000  # bytes
TIMEOUT = 0.1  # seconds
DEFAULT = Settings().body_limit
OBSERVATION = json.dumps(EXAMPLES["malignant"]).encode()
TOO_LARGE = {"reason": REASONS[413], "prediction": "", "status": "413"}
DISCONNECT = {"type": "http.disconnect"}

# Around a tiny application:


class Client:
    """The client of one request: sends each of ``messages`` after ``delay`` seconds, then waits."""

    def __init__(self, *messages: Message, delay: float = 0) -> None:
        self.messages = deque(messages)
        self.delay = delay

    async def receive(self) -> Message:
        await asyncio.sleep(self.delay if self.messages else 5)
        return self.messages.popleft()


def part(size: int, *, last: bool = False) -> Message:
    """Return the message of a part of a body."""
    return {"type": "http.request", "body": b"a" * size, "more_body": not last}


async def read(scope: Scope, receive: Receive, _send: Send) -> None:
    """Read a body and, if the scope says so, wait until the client disconnects."""
    messages = scope["messages"]
    while not messages or messages[-1].get("more_body"):
        messages.append(await receive())
    if scope["disconnect"]:
        messages.append(await receive())


async def messages_of(
    client: Client,
    declared: str | None = None,
    *,
    disconnect: bool = False,
    middleware: BodyLimitMiddleware | None = None,
) -> list[Message]:
    """Return the messages that the application receives through the middleware."""
    length = [] if declared is None else [(b"content-length", declared.encode())]
    scope: Scope = {
        "type": "http",
        "method": "POST",
        "headers": [(b"host", b"test"), *length],
        "messages": [],
        "disconnect": disconnect,
    }
    middleware = middleware or BodyLimitMiddleware(read, LIMIT, TIMEOUT)
    await middleware(scope, client.receive, print)  # type: ignore[arg-type]
    messages: list[Message] = scope["messages"]
    return messages


@pytest.mark.anyio
@pytest.mark.parametrize("declared", [None, "0", str(LIMIT), "x", "-1"])
@pytest.mark.parametrize(
    "parts",
    [
        [part(LIMIT, last=True)],
        [part(LIMIT // 2), part(LIMIT // 2), part(0, last=True)],
        [{"type": "http.request"}],
        [part(LIMIT), DISCONNECT],
    ],
)
async def test_body_up_to_the_limit_passes_unchanged(
    parts: list[Message], declared: str | None
) -> None:
    assert await messages_of(Client(*parts), declared) == parts


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("declared", "left"),
    [
        (None, 1),
        ("5", 1),
        ("-1", 1),
        ("0" * 5000, 1),
        (str(LIMIT + 1), 3),
        ("9" * 5000, 3),
    ],
)
async def test_larger_body_is_rejected_as_soon_as_that_is_known(
    declared: str | None, left: int
) -> None:
    client = Client(part(LIMIT), part(1), part(1, last=True))
    with pytest.raises(BodyTooLarge):
        await messages_of(client, declared)
    assert len(client.messages) == left


@pytest.mark.anyio
@pytest.mark.parametrize(
    "client",
    [Client(), Client(part(10)), Client(*[part(1)] * 100, delay=TIMEOUT / 10)],
    ids=["nothing", "a part", "a trickle"],
)
async def test_body_that_is_late_is_rejected_at_the_deadline(client: Client) -> None:
    start = asyncio.get_running_loop().time()
    with pytest.raises(RequestTimeout):
        await messages_of(client)
    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0, "a later timeout in this task would not work"
    assert TIMEOUT * 0.9 < asyncio.get_running_loop().time() - start < TIMEOUT + 3


@pytest.mark.anyio
async def test_each_body_has_its_own_deadline() -> None:
    middleware = BodyLimitMiddleware(read, LIMIT, TIMEOUT)
    send = partial(messages_of, middleware=middleware)
    for _ in range(2):  # The second time after the first one's timeouts.
        late = [asyncio.create_task(send(Client(part(1)))) for _ in range(3)]
        await asyncio.sleep(TIMEOUT / 2)
        in_time = [Client(part(1), part(1, last=True), delay=TIMEOUT / 3) for _ in range(3)]
        later = Client(part(1))
        results = await asyncio.gather(
            *late, *(send(client) for client in (later, *in_time)), return_exceptions=True
        )
        assert [type(each) for each in results] == [RequestTimeout] * 4 + [list] * 3


@pytest.mark.anyio
async def test_cancellation_by_others_is_no_timeout() -> None:
    task = asyncio.create_task(messages_of(Client()))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


@pytest.mark.anyio
async def test_wait_for_the_disconnect_after_the_body_is_not_limited() -> None:
    client = Client(part(10, last=True), DISCONNECT, delay=TIMEOUT * 0.8)
    messages = await messages_of(client, disconnect=True)
    assert messages == [part(10, last=True), DISCONNECT]


def test_deadlines_work_in_each_event_loop() -> None:
    middleware = BodyLimitMiddleware(read, LIMIT, TIMEOUT)
    for _ in range(2):
        with pytest.raises(RequestTimeout):
            asyncio.run(messages_of(Client(), middleware=middleware))
        asyncio.run(messages_of(Client(part(1, last=True)), middleware=middleware))


@pytest.mark.anyio
async def test_other_scopes_are_passed_on() -> None:
    assert await is_passed_on(partial(BodyLimitMiddleware, max_bytes=LIMIT, timeout=TIMEOUT))


# In the application:


@pytest.fixture(scope="module")
def app(scorecard: Scorecard) -> FastAPI:
    """The application with lower limits."""
    return create_app(scorecard, Settings(body_limit=LIMIT, body_timeout=TIMEOUT))


class EndlessBody:
    """A body without end, that counts the bytes that were sent."""

    sent = 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while True:
            self.sent += 10
            yield b" " * 10


async def stalled() -> AsyncIterator[bytes]:
    """A body that stalls after its first half."""
    yield OBSERVATION[:20]
    await asyncio.sleep(5)


@pytest.mark.anyio
@pytest.mark.parametrize("path", ["/predict", "/", "/explain", "/predict/batch", "/explain/batch"])
@pytest.mark.parametrize("media_type", ["application/json", "text/plain"])
@pytest.mark.parametrize(("declared", "sent"), [(None, LIMIT + 10), (LIMIT + 1, 0)])
async def test_too_large_body_gets_413(
    app: FastAPI, path: str, media_type: str, declared: int | None, sent: int
) -> None:
    body = EndlessBody()
    headers = {"content-type": media_type}
    if declared:
        headers["content-length"] = str(declared)
    response = await call(app, "POST", path, content=body, headers=headers)
    assert error_reason(response, 413) == REASONS[413]
    assert response.headers["connection"] == "close"
    assert body.sent == sent


@pytest.mark.anyio
@pytest.mark.parametrize("path", ["/predict", "/explain/batch"])
async def test_late_body_gets_408(app: FastAPI, path: str) -> None:
    # In a task of its own, as coverage loses track of the frames of a task that is cancelled.
    response = await asyncio.create_task(call(app, "POST", path, content=stalled()))
    assert error_reason(response, 408) == REASONS[408]
    assert response.headers["connection"] == "close"


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("method", "path", "status"), [("POST", "/none", 404), ("PUT", "/predict", 405)]
)
async def test_response_that_needs_no_body_waits_for_none(
    app: FastAPI, method: str, path: str, status: int
) -> None:
    body = EndlessBody()
    headers = {"content-length": str(10 * LIMIT)}
    response = await call(app, method, path, content=body, headers=headers)
    assert (response.status_code, body.sent) == (status, 0)


@pytest.mark.anyio
@pytest.mark.parametrize("path", ["/", "/docs", "/health", "/static/main.js"])
@pytest.mark.parametrize("content", [b" " * 10 * LIMIT, stalled], ids=["too large", "late"])
async def test_body_of_a_get_changes_nothing(app: FastAPI, path: str, content: Any) -> None:
    sent = content if isinstance(content, bytes) else content()
    response = await call(app, "GET", path, content=sent)
    assert (response.status_code, len(response.content) > 0) == (200, True)


@pytest.mark.parametrize(("extra", "status"), [(0, 200), (1, 413), (DEFAULT, 413)])
def test_server_responds_to_a_body_of_any_size(
    client: httpx.Client, extra: int, status: int
) -> None:
    response = client.post("/predict", content=OBSERVATION.ljust(DEFAULT + extra))
    assert response.status_code == status
    assert response.json()["status"] == str(status)


def test_server_cuts_off_an_endless_body(address: str) -> None:
    url = urlsplit(address)
    head = b"POST /predict HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n"
    chunk = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
    with socket.create_connection((url.hostname, url.port), timeout=20) as connection:
        connection.sendall(head)
        with pytest.raises(ConnectionError):  # Long before 20 times the limit, which would end it.
            deque(map(connection.sendall, repeat(chunk, 20 * DEFAULT // 0x10000)), maxlen=0)
        status_line, _, rest = connection.makefile("rb").read().partition(b"\r\n")
    assert status_line.startswith(b"HTTP/1.1 413 ")
    assert json.loads(rest.partition(b"\r\n\r\n")[2]) == TOO_LARGE


@pytest.mark.parametrize("headers", [{}, {"content-length": str(DEFAULT + 1)}])
def test_too_large_body_gets_413_on_lambda(headers: dict[str, str]) -> None:
    event = function_url.event(OBSERVATION.ljust(DEFAULT + 1), headers=headers)
    response: Any = handler(event, function_url.CONTEXT)
    assert response["statusCode"] == 413
    assert json.loads(function_url.body(response)) == TOO_LARGE
