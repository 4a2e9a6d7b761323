"""One log line per request, which tells what the service did and nothing about the patient.

What a caller can spell freely (a path, a query, a header, a body) may hold a measurement or a
name. So a line holds only words of ours, numbers of ours, and ids that look like no reading.
"""

import logging
import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from random import getrandbits
from typing import Any, Literal, NamedTuple

from starlette.routing import Mount
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.headers import complete
from model import Decision, InputWarning

logger = logging.getLogger("app.request")

Reason = Literal[
    "bad_body", "no_key", "unknown_path", "unknown_method", "too_large", "not_json",
    "refused", "busy", "failed", "broke_off",
]  # fmt: skip
"""Why a request got no prediction: a class, never a text that was made for the caller."""

REASONS: Mapping[int, Reason] = {
    400: "bad_body",
    401: "no_key",
    404: "unknown_path",
    405: "unknown_method",
    413: "too_large",
    415: "not_json",
    503: "busy",
}
"""The class that goes with a status, where the endpoint names none itself."""

FIELDS = (
    "method", "path", "status", "duration_ms", "prediction", "decision", "reason", "warnings",
    "rows", "refused", "model", "request_id",
)  # fmt: skip
"""All that a line can hold, besides its time and level. A field without a value is left out."""

UNKNOWN_PATH = "(unknown)"
OTHER_METHOD = "(other)"
METHODS = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"})

_ENTRY = "app.entry"
_FACTS = tuple(name for name in FIELDS if name not in ("duration_ms", "request_id"))
_DIGITS = 12  # of the model's digest: as many as tell any two models apart

# A UUID, as proxies and clients make them, with or without its hyphens. Nothing looser: 24.86 or
# Jane-Doe-1962 would pass for an id. A UUID of decimal digits alone is as rare as a forged one.
_REQUEST_ID = re.compile(
    rb"(?=.*[a-f])[0-9a-f]{8}(-?)[0-9a-f]{4}(?:\1[0-9a-f]{4}){2}\1[0-9a-f]{12}", re.IGNORECASE
)


@dataclass(slots=True, eq=False, repr=False)  # Each method would be compiled at the start.
class Entry:
    """What is told about one request. Endpoints fill in what only they know, by `entry_of`.

    Attributes:
        request_id: The caller's, or Lambda's, or a new one; the caller is told it, too.
        status: The HTTP status that was sent.
        prediction: What one observation was predicted to be.
        decision: What was made of that prediction.
        reason: Why there is none; left to the status if None.
        cautions: What is unusual about what was judged; None if that was not looked for.
        rows: How many observations a batch had.
        refused: How many of them got no prediction.
        judged: How many rows of a batch got which prediction and decision, if it was counted.
    """

    request_id: str
    status: int | None = None
    prediction: Literal[0, 1] | None = None
    decision: Decision | None = None
    reason: Reason | None = None
    cautions: Sequence[InputWarning] | None = None
    rows: int | None = None
    refused: int | None = None
    judged: Mapping[tuple[Literal[0, 1], Decision], int] | None = None


def entry_of(scope: Scope) -> Entry:
    """Return what is told about the request of ``scope``, for an endpoint to fill in."""
    entry: Entry = scope[_ENTRY]
    return entry


class RequestLog:
    """Gives each HTTP request an id, and writes its line when it is over.

    It also adds the headers that go with every answer: another layer would be a microsecond.
    """

    def __init__(
        self, app: ASGIApp, digest: str, observe: Callable[[Entry], None] | None = None
    ) -> None:
        """Stand in front of ``app``.

        Args:
            app: The application, with all that turns exceptions into answers.
            digest: The served model's, of which the line has the beginning.
            observe: Told of each request when it is over, as telemetry is.
        """
        self.app = app
        self.model = digest[:_DIGITS]
        self.observe = observe
        self.paths: frozenset[str] | None = None
        self.mounts: tuple[str, ...] = ()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        entry = scope[_ENTRY] = Entry(_request_id(scope))
        place = scope["path"].removeprefix(scope.get("root_path", ""))
        started = time.perf_counter()

        async def identified(message: Message) -> None:
            if message["type"] == "http.response.start":
                entry.status = message["status"]
                headers = complete(message.get("headers", ()))
                headers.append((b"x-request-id", entry.request_id.encode()))
                message = {**message, "headers": headers}
            await send(message)

        try:
            await self.app(scope, receive, identified)
        except BaseException:
            entry.reason = "broke_off"
            raise
        finally:
            self._close(scope, entry, place, started)

    def _close(self, scope: Scope, entry: Entry, place: str, started: float) -> None:
        if entry.reason is None and entry.status != 200:
            entry.reason = _reason(entry.status)
        if logger.isEnabledFor(logging.INFO):
            facts = _facts(
                scope["method"] if scope["method"] in METHODS else OTHER_METHOD,
                self._template(scope, place),
                entry.status,
                entry.prediction,
                entry.decision,
                entry.reason,
                None if entry.cautions is None else len(entry.cautions),
                entry.rows,
                entry.refused,
                self.model,
            )
            tell(facts, (time.perf_counter() - started) * 1000, entry.request_id)
        if self.observe is not None:
            self.observe(entry)

    def _template(self, scope: Scope, place: str) -> str:
        """Return the route of the request as the code spells it, never as the caller did."""
        if self.paths is None:
            self._learn(scope)
        assert self.paths is not None
        if place in self.paths:
            return place
        template = getattr(scope.get("route"), "path_format", None)
        if isinstance(template, str):
            return template
        return next((path for path in self.mounts if place.startswith(f"{path}/")), UNKNOWN_PATH)

    def _learn(self, scope: Scope) -> None:
        # Not before the first request: routes are added after the middleware is.
        routes: list[Any] = scope["app"].routes
        self.mounts = tuple(route.path for route in routes if isinstance(route, Mount))
        paths = (getattr(route, "path", "") for route in routes)
        self.paths = frozenset(path for path in paths if path and "{" not in path)


class Facts(NamedTuple):
    """What a line tells besides the request's duration, which comes between, and its id.

    Each part is there as fields, and as the text that they make.
    """

    first: Mapping[str, Any]
    then: Mapping[str, Any]
    first_text: str
    then_text: str


# Most requests have much the same facts, and what is made of them need not be made again.
@lru_cache(maxsize=512)
def _facts(*values: Any) -> Facts:
    told = {name: value for name, value in zip(_FACTS, values, strict=True) if value is not None}
    first = {name: told.pop(name) for name in FIELDS[:3] if name in told}
    return Facts(first, told, _text(first), _text(told))


def _text(fields: Mapping[str, Any]) -> str:
    return "".join(f" {name}={value}" for name, value in fields.items())


def _log(facts: Facts, milliseconds: float, request_id: str) -> None:
    fields = {
        **facts.first,
        "duration_ms": round(milliseconds, 3),
        **facts.then,
        "request_id": request_id,
    }
    # As logger.info(..., extra=fields) does, without looking for the caller: a third of the time.
    logger.handle(
        logger.makeRecord(logger.name, logging.INFO, "", 0, "request", (), None, None, fields)
    )


tell: Callable[[Facts, float, str], None] = _log
"""Writes a line. `app.logs` puts its own in the place of this, which goes through `logging`."""


def _reason(status: int | None) -> Reason | None:
    """Return the class of a request's failure, or None if it was answered."""
    if status is None:
        return "broke_off"
    if status < 400:
        return None
    return REASONS.get(status, "failed" if status >= 500 else "refused")


def _request_id(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"x-request-id" and _REQUEST_ID.fullmatch(value):
            return bytes(value).decode()
    # Mangum hands Lambda's context on.
    given = getattr(scope.get("aws.context"), "aws_request_id", None)
    # It has to be another each time, not hard to guess: a system call would be a microsecond.
    return str(given or f"{getrandbits(128):032x}")
