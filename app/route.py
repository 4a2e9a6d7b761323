"""Routes that go from a request's bytes to an observation, or many, and from an answer to bytes.

FastAPI's ordinary route parses a body with `json`, has Pydantic validate what comes out, and
looks after forms, files and dependencies that are not used here. These let Pydantic parse and
validate the bytes at once, call the endpoint with the result, and send the answer. In OpenAPI,
and to whoever reads the endpoint, they are what the endpoint's signature says.

They do so in `handle`, where Starlette hands a request to a route. `APIRoute.get_route_handler`,
FastAPI's own place for it, is called within two exit stacks, which take a third as long again as
all that is done here.
"""

import gc
from collections.abc import Callable, Collection, Iterable
from typing import Any, ClassVar, get_args

from fastapi import Request
from fastapi.routing import APIRoute
from pydantic import TypeAdapter
from starlette._utils import get_route_path
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send

from app.answers import PREDICTIONS, Refusal
from app.body import read_json
from app.keys import check_key
from app.observation import Values
from app.reading import many, one
from app.settings import Settings

# There are only two predictions, so they are serialised beforehand, and known by what they are.
_READY = {id(each): each.model_dump_json().encode() for each in PREDICTIONS.values()}

_JSON = (b"content-type", b"application/json")


class ObservationRoute(APIRoute):
    """Calls its endpoint with the request and the `Observation` in its body.

    Attributes:
        keys: Digests of the keys of which a request needs one, before its body is read.
        body_limit: How many bytes a body may have.
        many: Whether its endpoint takes and gives a list.
    """

    many: ClassVar[bool] = False
    keys: ClassVar[Collection[bytes]] = ()
    body_limit: ClassVar[int] = Settings().body_limit

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        """Make the route, as FastAPI does."""
        super().__init__(path, endpoint, **options)
        # Of one answer, where there are many.
        kind = get_args(self.response_model)[0] if self.many else self.response_model
        self._serializer = TypeAdapter(kind).serializer

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or raise what `app.errors` makes an answer of."""
        if scope["method"] != "POST":
            raise HTTPException(405)
        if self.keys:
            check_key(scope["headers"], self.keys)
        body = await read_json(scope, receive, self.body_limit)
        content = await self.answer(Request(scope), body)
        headers = [_JSON, (b"content-length", b"%d" % len(content))]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": content})

    async def answer(self, request: Request, body: bytes) -> bytes:
        """Return what the endpoint has to say to ``body``."""
        return self.write(await self.endpoint(request, self.read(body)))

    def read(self, body: bytes) -> Any:
        """Return what the endpoint is called with.

        Raises:
            Refused: The body is not an observation.
        """
        return one(body)

    def write(self, answer: Any) -> bytes:
        """Return ``answer``, which the endpoint has given, as JSON."""
        return _READY.get(id(answer)) or self._serializer.to_json(answer, by_alias=True)


class BatchRoute(ObservationRoute):
    """Calls its endpoint with the request and the list in its body."""

    many = True

    async def answer(self, request: Request, body: bytes) -> bytes:
        """Return what the endpoint has to say to ``body``."""
        # All that is made lives until the answer is whole, so looking for garbage on the way
        # finds none, again and again: a third of the time. Nothing else runs meanwhile.
        gc.disable()
        try:
            return await super().answer(request, body)
        finally:
            gc.enable()

    def read(self, body: bytes) -> list[Values | Refusal]:
        """Return what the endpoint is called with, in the order of the body.

        Raises:
            Refused: The body is not an array of observations, or not of so many.
        """
        return many(body)

    def write(self, answer: Any) -> bytes:
        """Return ``answer``, a list that the endpoint has given, as JSON."""
        return b"[%b]" % b",".join(map(super().write, answer))


def configured(route: type[ObservationRoute], settings: Settings) -> type[ObservationRoute]:
    """Return ``route`` as ``settings`` have it."""

    class Configured(route):  # type: ignore[misc,valid-type]
        keys = settings.api_keys
        body_limit = settings.body_limit

    return Configured


class Shortcut:
    """Takes a request for an `ObservationRoute` straight there.

    On the ordinary way lie FastAPI's exit stacks for dependencies and files, its handlers of
    exceptions, and the search through all routes, which take as long as all the rest.
    """

    def __init__(self, app: ASGIApp, routes: Iterable[ObservationRoute]) -> None:
        """Stand in front of ``app``, and look for a way to ``routes``."""
        self.app = app
        self.ways = {route.path: route.handle for route in routes}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        way = self.app
        if scope["type"] == "http" and scope["method"] == "POST":
            way = self.ways.get(get_route_path(scope), way)
        await way(scope, receive, send)
