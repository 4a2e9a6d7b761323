"""The route class for endpoints that take observations.

FastAPI's ordinary route parses the body in Python, resolves dependencies and validates its own
response, which takes twice as long as everything this service does. A custom route class with
`get_route_handler` is FastAPI's documented way to replace that.
https://fastapi.tiangolo.com/how-to/custom-request-and-route/
"""

from collections.abc import Awaitable, Callable, Coroutine
from email.message import Message
from inspect import signature
from typing import Any, ClassVar

from anyio import CapacityLimiter, to_thread
from fastapi import FastAPI, Request, Response
from fastapi.routing import APIRoute, iter_route_contexts
from pydantic import TypeAdapter
from starlette.requests import ClientDisconnect
from starlette.types import Scope

from app.api.errors import UnsupportedMediaType
from app.api.parsing import parse_batch, parse_observation

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"

_one_batch_at_a_time = CapacityLimiter(1)

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class ObservationRoute(APIRoute):
    """Route for ``async def endpoint(request, values) -> Model``.

    The endpoint gets the request and the values of the observation in its body, in the model's
    order. FastAPI documents both, and the response, from the endpoint's annotations.

    Raises:
        TypeError: The endpoint has other parameters, such as a dependency, which would not be
            resolved.
    """

    parameters: ClassVar = ["request", "values"]

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        """Create the route from the arguments of `APIRoute`."""
        found = list(signature(endpoint).parameters)
        if found != self.parameters:
            raise TypeError(
                f"{type(self).__name__} calls {endpoint.__name__}() with {self.parameters} alone, "
                f"but it takes {found}; dependencies are not resolved here"
            )
        super().__init__(path, endpoint, **options)

    def get_route_handler(self) -> Handler:
        """Return the function that handles a request."""
        endpoint: Callable[[Request, tuple[float, ...]], Awaitable[Any]] = self.endpoint
        serialize = TypeAdapter(self.response_model).dump_json
        status_code = self.status_code or 200

        async def handle(request: Request) -> Response:
            values = parse_observation(await read_json(request))
            content = serialize(await endpoint(request, values), by_alias=True)
            return Response(content, status_code, media_type="application/json")

        return handle


class BatchRoute(ObservationRoute):
    """Route for ``def endpoint(request, rows) -> list[Model]``.

    The endpoint is an ordinary function and runs in a worker thread, as FastAPI does with
    those: a batch would hold the event loop for some 30 ms. One batch at a time, as two would
    only take turns, with the memory of both.
    """

    parameters: ClassVar = ["request", "rows"]
    max_rows: ClassVar[int]

    def get_route_handler(self) -> Handler:
        """Return the function that handles a request."""
        endpoint, max_rows = self.endpoint, self.max_rows
        serialize = TypeAdapter(self.response_model).dump_json
        status_code = self.status_code or 200

        def respond(request: Request, body: bytes) -> bytes:
            return serialize(endpoint(request, parse_batch(body, max_rows)), by_alias=True)

        async def handle(request: Request) -> Response:
            body = await read_json(request)
            content = await to_thread.run_sync(respond, request, body, limiter=_one_batch_at_a_time)
            return Response(content, status_code, media_type="application/json")

        return handle


def require_no_dependencies(app: FastAPI) -> None:
    """Check that no dependency was declared for an `ObservationRoute` of ``app``.

    Raises:
        TypeError: A parameter, a route, a router or the application has one. It would not be
            resolved.
    """
    for context in iter_route_contexts(app.routes):
        if isinstance(context.original_route, ObservationRoute) and context.dependant.dependencies:
            raise TypeError(
                f"{context.path} has a dependency, and {type(context.original_route).__name__} "
                "does not resolve dependencies; use middleware, or an ordinary route"
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
