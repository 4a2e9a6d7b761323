"""Routes that take an observation, or many, straight from the request's bytes.

FastAPI's ordinary route parses a body with `json`, has Pydantic validate what comes out, and
looks after forms, files and dependencies that are not used here. A route may state its own
way from request to response: `APIRoute.get_route_handler`. These let Pydantic parse and
validate the bytes at once, in Rust, and call the endpoint with the result. In OpenAPI they
are what the endpoint's signature says.
"""

import json
from collections.abc import Awaitable, Callable
from contextlib import suppress
from email.message import Message
from itertools import islice
from typing import Annotated, Any

from fastapi import HTTPException, Request
from fastapi.routing import APIRoute
from pydantic import FailFast, TypeAdapter, ValidationError
from starlette.responses import Response

from app.answers import Refusal
from app.errors import Refused, explain
from app.observation import FEATURE_NAMES, Observation

Handler = Callable[[Request], Awaitable[Response]]

ROWS = 10_000
"""The most observations that one request may hold."""

NOT_A_BATCH = f"'body' must be a JSON array of 1 to {ROWS} observations"
"""The reason given for a body that is no batch, as a whole."""

GIVEN_TWICE = "'body' gives a value twice, so it cannot be told which one is meant"
"""The reason given for an object with the same key more than once."""

_JSON = "application/json"
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
# Exactly those around the keys: an observation has no other text. With more, some key is
# another, or is given twice, which Pydantic does not tell.
_QUOTATION_MARKS = 2 * len(FEATURE_NAMES)

_ONE = TypeAdapter(Observation)
# It need not find what is wrong with every row: after one, each is looked at by itself.
_MANY: TypeAdapter[list[Observation]] = TypeAdapter(Annotated[list[Observation], FailFast()])


class ObservationRoute(APIRoute):
    """Calls its endpoint with the request and the `Observation` in its body."""

    def get_route_handler(self) -> Any:
        """Return the function that answers a request."""
        endpoint, answer = self.endpoint, TypeAdapter(self.response_model)

        async def handle(request: Request) -> Response:
            judged = await endpoint(request, self.read(await _json(request)))
            return Response(answer.dump_json(judged, by_alias=True), media_type=_JSON)

        return handle

    def read(self, body: bytes) -> Any:
        """Return what the endpoint is called with.

        Raises:
            Refused: The body is not an observation.
        """
        if body.count(b'"') == _QUOTATION_MARKS:
            with suppress(ValidationError):
                return _ONE.validate_json(body)
        return _observation(_parsed(body))


class BatchRoute(ObservationRoute):
    """Calls its endpoint with the request and the list in its body.

    An element that is not an observation is replaced by the `Refusal` that it would have
    got by itself, so that one bad row loses nothing else.
    """

    def read(self, body: bytes) -> list[Observation | Refusal]:
        """Return what the endpoint is called with, in the order of the body.

        Raises:
            Refused: The body is not an array of 1 to `ROWS` elements.
        """
        rows, rest = divmod(body.count(b'"'), _QUOTATION_MARKS)
        if not rest and 1 <= rows <= ROWS:
            with suppress(ValidationError):
                observations = _MANY.validate_json(body)
                if len(observations) == rows:
                    return [*observations]
        return [_row(element) for element in _batch(_parsed(body))]


class _Pairs(list[tuple[str, Any]]):
    """A JSON object as its keys and values, which may hold a key twice."""


def _parsed(body: bytes) -> Any:
    """Return what is in ``body``; if that is no JSON, nothing, as for `null`.

    For what is refused only: it is slower than Pydantic, but it keeps a key that is given
    twice, and reads integers of any length, so that whose value it is can be told.
    """
    try:
        return json.loads(body.decode(), object_pairs_hook=_Pairs, parse_int=_whole)
    except (RecursionError, ValueError):
        return None


def _whole(digits: str) -> float:
    """Return an integer's value, of which -0 is 0, as Pydantic has it."""
    return float(digits) or 0.0


def _batch(elements: Any) -> list[Any]:
    if not isinstance(elements, list) or isinstance(elements, _Pairs):
        raise Refused(400, NOT_A_BATCH)
    if not 1 <= len(elements) <= ROWS:
        raise Refused(400, NOT_A_BATCH)
    return elements


def _row(element: Any) -> Observation | Refusal:
    try:
        return _observation(element)
    except Refused as refused:
        return refused.refusal


def _observation(element: Any) -> Observation:
    """Return a parsed ``element`` as an observation.

    Raises:
        Refused: It is none. It gets the same reason by itself as in a batch.
    """
    try:
        return _ONE.validate_python(_object(element) if isinstance(element, _Pairs) else element)
    except ValidationError as error:
        errors = error.errors(include_url=False, include_context=False, include_input=False)
        raise Refused(400, explain(errors)) from None


def _object(pairs: _Pairs) -> dict[str, Any]:
    """Return the features among ``pairs``, and the first other key: all that a reason names.

    Pydantic would describe each of the 200,000 other keys that a body has room for.

    Raises:
        Refused: A key is given twice.
    """
    found = dict(pairs)
    if len(found) < len(pairs):
        raise Refused(400, GIVEN_TWICE)
    others = (key for key in found if key not in FEATURE_NAMES)
    kept = {*FEATURE_NAMES, *islice(others, 1)}
    return {key: value for key, value in found.items() if key in kept}


async def _json(request: Request) -> bytes:
    """Return the request's body, unless it says that it is something other than JSON.

    An absent Content-Type passes: nothing here can be changed by a request, so there is
    nothing for a cross-site one to gain.
    """
    body = await request.body()
    stated = request.headers.get("content-type")
    if stated and stated != _JSON and body and not _is_json(stated):
        raise HTTPException(415)
    return body.removeprefix(_BYTE_ORDER_MARK)


def _is_json(media_type: str) -> bool:
    message = Message()
    message["content-type"] = media_type
    subtype = message.get_content_subtype()
    return message.get_content_maintype() == "application" and (
        subtype == "json" or subtype.endswith("+json")
    )
