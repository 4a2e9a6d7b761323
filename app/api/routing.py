"""The ASGI endpoints that call a function and respond with its result as JSON.

FastAPI's ordinary route parses the body in Python, resolves dependencies and validates its own
response. Here Pydantic parses and validates the bytes, a function is called with the values, and
its result is serialized. Starlette documents such classes as endpoints of a route.
https://www.starlette.io/routing/
"""

from collections.abc import Callable, Iterable
from email.message import Message
from inspect import signature
from typing import Any, ClassVar, get_args, get_type_hints

from anyio import CapacityLimiter, to_thread
from fastapi import FastAPI
from fastapi.params import Depends
from pydantic import TypeAdapter
from starlette.requests import ClientDisconnect, Request
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from app.api.errors import UnsupportedMediaType
from app.api.parsing import parse_batch, parse_observation

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"

_one_batch_at_a_time = CapacityLimiter(1)


class JsonEndpoint:
    """ASGI endpoint that calls ``async def function() -> Model``.

    `app.api.openapi` documents the parameters and the response from the function's annotations.

    Raises:
        TypeError: The function has other parameters or a dependency, which would not be resolved.
    """

    parameters: ClassVar[list[str]] = []

    def __init__(self, function: Callable[..., Any]) -> None:
        """Call ``function`` for each request."""
        require_no_dependencies(function, self.parameters)
        self.function = function
        self.serialize = TypeAdapter(get_type_hints(function)["return"]).dump_json

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Respond to a request."""
        content = await self.respond(Request(scope, receive))
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(content)).encode()),
        ]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": content})

    async def respond(self, _request: Request) -> bytes:
        """Return the function's result as JSON."""
        return self.serialize(await self.function(), by_alias=True)


class ObservationEndpoint(JsonEndpoint):
    """ASGI endpoint that calls ``async def function(request, values) -> Model``.

    The function gets the request and the values of the observation in its body, in the model's
    order.
    """

    parameters: ClassVar = ["request", "values"]

    async def respond(self, request: Request) -> bytes:
        """Return the function's result for the request's body as JSON."""
        values = parse_observation(await read_json(request))
        return self.serialize(await self.function(request, values), by_alias=True)


class BatchEndpoint(JsonEndpoint):
    """ASGI endpoint that calls ``def function(request, rows) -> list[Model]``.

    The function is an ordinary one and runs in a worker thread, as FastAPI does with those: a
    batch would hold the event loop for some 30 ms. One batch at a time, as two would only take
    turns, with the memory of both.
    """

    parameters: ClassVar = ["request", "rows"]

    def __init__(self, function: Callable[..., Any], max_rows: int) -> None:
        """Call ``function`` for each request with 1 to ``max_rows`` observations."""
        super().__init__(function)
        self.max_rows = max_rows

    async def respond(self, request: Request) -> bytes:
        """Return the function's result for the request's body as JSON."""
        body = await read_json(request)
        return await to_thread.run_sync(self._respond, request, body, limiter=_one_batch_at_a_time)

    def _respond(self, request: Request, body: bytes) -> bytes:
        rows = parse_batch(body, self.max_rows)
        return self.serialize(self.function(request, rows), by_alias=True)


def add_routes(app: FastAPI, routes: Iterable[Route]) -> None:
    """Add ``routes`` with endpoints of this module to ``app``.

    Raises:
        TypeError: ``app`` has dependencies, which FastAPI would not resolve for them.
    """
    if app.router.dependencies:
        raise TypeError("the application's dependencies would not be resolved; use middleware")
    app.routes.extend(routes)


def require_no_dependencies(function: Callable[..., Any], parameters: list[str]) -> None:
    """Check that ``function`` takes exactly ``parameters``, without dependencies.

    Raises:
        TypeError: It takes others, or FastAPI would have to resolve a dependency for one.
    """
    found = list(signature(function).parameters)
    hints = get_type_hints(function, include_extras=True).values()
    defaults = [parameter.default for parameter in signature(function).parameters.values()]
    marks = [*defaults, *(mark for hint in hints for mark in get_args(hint))]
    if found != parameters or any(isinstance(mark, Depends) for mark in marks):
        raise TypeError(
            f"{function.__name__}() must take {parameters} and no dependency, as none is resolved "
            f"for it, but it takes {found}; use middleware, or an ordinary FastAPI route"
        )


async def read_json(request: Request) -> bytes:
    """Return the request's body, unless its Content-Type is something other than JSON.

    A missing Content-Type passes: a request changes nothing here, so there is nothing for a
    cross-site request to forge. `Request.body` and `Request.headers` would take another 5 µs.

    Raises:
        ClientDisconnect: The body is incomplete.
        UnsupportedMediaType: The body is not JSON.
    """
    message = await request.receive()
    body = bytearray(message.get("body", b""))  # Appending to bytes would copy them each time.
    while message.get("more_body"):
        message = await request.receive()
        body += message.get("body", b"")
    if message["type"] == "http.disconnect":
        raise ClientDisconnect
    if body and not _is_json(request.scope):
        raise UnsupportedMediaType
    return bytes(body).removeprefix(_BYTE_ORDER_MARK)


def _is_json(scope: Scope) -> bool:
    media_type = next((value for name, value in scope["headers"] if name == b"content-type"), b"")
    if media_type in (b"application/json", b""):
        return True
    message = Message()
    message["content-type"] = media_type.decode("latin-1")
    subtype = message.get_content_subtype()
    return message.get_content_maintype() == "application" and (
        subtype == "json" or subtype.endswith("+json")
    )
