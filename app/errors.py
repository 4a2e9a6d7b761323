"""Every failure as a refusal: the one place where an exception becomes an HTTP answer.

Two rules hold throughout. A refusal tells the caller what to mend and never repeats what
the caller sent. The log tells the engineer where the code failed, but not an exception's
message, which may quote a measurement.
"""

import logging
import re
import traceback
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from fastapi import FastAPI, Request
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.routing import Match, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from app.answers import MISSING_VALUES, Refusal
from app.observation import FEATURE_NAMES
from app.requestlog import entry_of

logger = logging.getLogger("app")

REASONS: Mapping[int, str] = {
    400: MISSING_VALUES,
    401: "this service needs a key that it knows, in the header X-API-Key",
    404: "nothing is served at this path; POST an observation to /predict, or see /docs",
    405: "this path does not take this method; its Allow header lists those it takes",
    413: "the body is larger than this service takes",
    415: "the body must be JSON, sent with 'Content-Type: application/json'",
    500: "the service failed; the observation was not judged",
}
"""The reason that goes with each status, where nothing more particular is known."""

_PLAIN_KEY = re.compile(r"[A-Za-z_]{1,40}")


class Refused(Exception):
    """The request is refused with a status, for a reason that can be told."""

    def __init__(self, status: int, reason: str) -> None:
        """Refuse with the HTTP ``status`` for ``reason``, which repeats no value."""
        super().__init__(reason)
        self.refusal = Refusal(reason=reason, status=str(status))


TOLD = (HTTPException, Refused, ClientDisconnect)
"""The exceptions whose answer tells what happened."""


def handle_errors(app: FastAPI) -> None:
    """Make ``app`` answer every failure with a `Refusal`."""
    for kind in TOLD:
        app.add_exception_handler(kind, _answer)
    app.add_middleware(Errors)


class Errors:
    """Answers whatever exception nothing else has answered, and logs the unexpected.

    Starlette's own handler for these raises the exception again for the server to log,
    whose traceback ends with the exception's message.
    """

    def __init__(self, app: ASGIApp) -> None:
        """Stand in front of ``app``."""
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http":  # The server's lifespan, which has no answer to give.
            await self.app(scope, receive, send)
            return
        try:
            await self.app(scope, receive, send)
        except TOLD as error:
            response = await _answer(Request(scope), error)
            await response(scope, receive, send)
        except Exception as error:
            entry = entry_of(scope)
            told = {"request_id": entry.request_id}
            logger.error("a request failed\n%s", "".join(outline(error)), extra=told)
            if entry.status is not None:
                raise RuntimeError("the answer broke off after it had started") from None
            await _refuse(500)(scope, receive, send)


def outline(error: BaseException) -> Iterator[str]:
    """Yield the traceback of ``error`` and of what caused it, without their messages."""
    yield from traceback.format_tb(error.__traceback__)
    yield f"{type(error).__module__}.{type(error).__qualname__}\n"
    cause = error.__cause__ or error.__context__
    if cause is not None:
        yield "caused by\n"
        yield from outline(cause)


def explain(errors: Iterable[Mapping[str, Any]]) -> str:
    """Return the reason for refusing a body in which Pydantic found ``errors``.

    A body that lacks anything is told all that it must hold. Otherwise each feature with a
    bad value is named, and of the keys that are not features the first.
    """
    wrong = {_key(error["loc"]): error["type"] for error in errors}
    if None in wrong or "missing" in wrong.values():
        return MISSING_VALUES
    unknown = [key for key, kind in wrong.items() if kind == "extra_forbidden"]
    bad = (f"'{key}' must be a finite number, 0 or more" for key in wrong if key not in unknown)
    # One is enough: a body may have thousands, and the answer is not to outgrow it.
    return "; ".join([*bad, *(_not_a_feature(str(key)) for key in unknown[:1])])


def _key(location: Sequence[str | int]) -> str | None:
    """Return the body's key that ``location`` is about, or None if it is the body itself."""
    match location:
        case (str(key),):
            return key
        case _:
            return None


def _not_a_feature(key: str) -> str:
    # A key is the caller's own text. Repeated only where it cannot spell a measurement.
    named = f"'{key}'" if _PLAIN_KEY.fullmatch(key) else "one of the keys"
    return f"{named} is not a feature; 'body' takes only: {', '.join(FEATURE_NAMES)}"


def _refuse(status: int, headers: Mapping[str, str] | None = None) -> Response:
    reason = REASONS.get(status, "the request was refused")
    return Refusal(reason=reason, status=str(status)).response(headers)


async def _answer(request: Request, error: Exception) -> Response:
    """Return the answer to a request that ended with ``error``, one of `TOLD`."""
    match error:
        case Refused():
            return error.refusal.response()
        case HTTPException():
            headers = dict(error.headers or {})
            if error.status_code == 405:
                # Starlette lists the methods of the first route that has the path.
                # Static files are in mounts, which list their own.
                methods = _methods(request)
                headers["Allow"] = ", ".join(sorted(methods)) or headers["Allow"]
            return _refuse(error.status_code, headers)
        case _:  # Nobody is there to read it, but it is no fault of ours for the log to tell of.
            return Refusal(reason="the request ended before its body did", status="400").response()


def _methods(request: Request) -> set[str]:
    routes = (route for route in request.app.routes if isinstance(route, Route))
    found = (route for route in routes if route.matches(request.scope)[0] is not Match.NONE)
    return {method for route in found for method in route.methods or ()}
