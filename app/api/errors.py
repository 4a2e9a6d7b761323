"""Exceptions and the handlers that turn them into error responses.

An error response never repeats a value from the request. The log never holds an exception's
message, which may quote a measurement.

::

    starlette.exceptions.HTTPException
    ├── InvalidBody           400
    ├── Unauthorized          401
    ├── RequestTimeout        408
    ├── BodyTooLarge          413
    └── UnsupportedMediaType  415
"""

import logging
import re
from collections.abc import Iterable, Mapping
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from app.api.schemas import FEATURE_NAMES, ErrorResponse
from app.middleware.request_log import log_context
from app.observability.logs import format_stack_trace

logger = logging.getLogger("app")

MISSING_VALUES = f"'body' must contain values for: {', '.join(FEATURE_NAMES)}"
"""The reason for rejecting a body that is not an observation, or an incomplete one."""

REASONS: Mapping[int, str] = {
    400: MISSING_VALUES,
    401: "missing or invalid X-API-Key",
    404: "no such path; POST an observation to /predict, or see /docs",
    405: "method not allowed; see the Allow header",
    408: "the request body did not arrive in time",
    413: "the request body is too large",
    415: "the request body must be JSON, sent with 'Content-Type: application/json'",
    500: "internal error; no prediction was made",
}
"""The reason for each status. Only `InvalidBody` has its own: other details may repeat a value."""

INVALID_REQUEST = "the request is invalid"
"""The reason for rejecting invalid input to an ordinary FastAPI route."""

_PLAIN_KEY = re.compile(r"[A-Za-z_]{1,40}")


class InvalidBody(HTTPException):
    """The body is not what the endpoint expects; ``detail`` says why and repeats no value."""

    def __init__(self, reason: str) -> None:
        """Reject the body for ``reason``."""
        super().__init__(400, reason)


class Unauthorized(HTTPException):
    """The request has no valid API key."""

    def __init__(self) -> None:
        """Challenge as FastAPI's own `APIKeyHeader` does: HTTP has no scheme for API keys."""
        super().__init__(401, headers={"WWW-Authenticate": "APIKey"})


class RequestTimeout(HTTPException):
    """The body did not arrive before the deadline."""

    def __init__(self) -> None:
        """Close the connection: the rest of the body could still arrive."""
        super().__init__(408, headers={"Connection": "close"})


class BodyTooLarge(HTTPException):
    """The body is larger than the limit, or declares to be."""

    def __init__(self) -> None:
        """Close the connection: the server would receive the rest of the body otherwise."""
        super().__init__(413, headers={"Connection": "close"})


class UnsupportedMediaType(HTTPException):
    """The body is not JSON."""

    def __init__(self) -> None:
        """Reject the Content-Type."""
        super().__init__(415)


def error_response(
    status: int, reason: str | None = None, headers: Mapping[str, str] | None = None
) -> Response:
    """Return the error response for ``status``, with its usual reason unless one is given."""
    content = ErrorResponse(
        reason=reason or REASONS.get(status, "the request was rejected"), status=str(status)
    )
    return Response(
        content.model_dump_json(),
        status_code=status,
        headers=dict(headers or {}),
        media_type="application/json",
    )


def add_exception_handlers(app: FastAPI) -> None:
    """Register the handlers of all exceptions that a request can raise on purpose."""
    app.add_exception_handler(HTTPException, handle_http_exception)
    app.add_exception_handler(ClientDisconnect, handle_disconnect)
    app.add_exception_handler(RequestValidationError, handle_validation_error)


async def handle_http_exception(request: Request, error: Exception) -> Response:
    """Return the error response for an `HTTPException`."""
    assert isinstance(error, HTTPException)
    headers = dict(error.headers or {})
    if error.status_code == 405:
        # A set's order differs between processes.
        allowed = _allowed_methods(request) or headers.get("Allow", "").split(", ")
        headers["Allow"] = ", ".join(sorted(allowed))
    reason = error.detail if isinstance(error, InvalidBody) else None
    return error_response(error.status_code, reason, headers)


async def handle_validation_error(_request: Request, _error: Exception) -> Response:
    """Return the error response of an ordinary route. FastAPI's own repeats the input."""
    return error_response(422, INVALID_REQUEST)


async def handle_disconnect(_request: Request, _error: Exception) -> Response:
    """Return an error response for the log; the client has disconnected."""
    return error_response(400, "the request body is incomplete")


async def handle_unexpected_error(request: Request, error: BaseException) -> Response:
    """Log ``error`` without its message, and return a 500 error response."""
    # The stack trace is part of the message: another handler would format `exc_info` with the
    # exception's message.
    logger.error(
        "unhandled exception\n%s",
        format_stack_trace(error),
        extra={"request_id": log_context(request.scope).request_id},
    )
    return error_response(500)


def validation_reason(errors: Iterable[Mapping[str, Any]]) -> str:
    """Return the reason for rejecting a body with these Pydantic ``errors``.

    An incomplete body gets the list of all features. Otherwise the reason names each feature
    with an invalid value, and the first unknown key.
    """
    types = {_key(error["loc"]): error["type"] for error in errors}
    if None in types or "missing" in types.values():
        return MISSING_VALUES
    unknown = [key for key, kind in types.items() if kind == "extra_forbidden"]
    invalid = (f"'{key}' must be a finite number, 0 or more" for key in types if key not in unknown)
    # Only the first unknown key: with thousands, the response would outgrow the request.
    return "; ".join([*invalid, *(_unknown_key(str(key)) for key in unknown[:1])])


def _key(location: tuple[str | int, ...]) -> str | None:
    """Return the key at ``location``, or None if it is the body itself."""
    match location:
        case (str(key),):
            return key
        case _:
            return None


def _unknown_key(key: str) -> str:
    # The key is the caller's own text. It is repeated only if it cannot spell a measurement.
    named = f"'{key}'" if _PLAIN_KEY.fullmatch(key) else "one of the keys"
    return f"{named} is not a feature; 'body' takes only: {', '.join(FEATURE_NAMES)}"


def _allowed_methods(request: Request) -> set[str]:
    """Return all methods of the request's path.

    Starlette's own 405 lists those of the first route, and `/` has two: the page and `POST /`.
    There are none for a path below a mount.
    """
    path = request.scope["path"].removeprefix(request.scope.get("root_path", ""))
    routes = [route for route in request.app.routes if getattr(route, "path", None) == path]
    return {method for route in routes for method in getattr(route, "methods", None) or ()}
