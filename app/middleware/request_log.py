"""One log record per request, without any measurement.

A path, query, header or body is text of the caller's choice, and may hold a measurement or a
name. A record holds only constants, counts, and ids that cannot spell one.
"""

import logging
import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import getrandbits
from typing import Any, Literal

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from model import Decision, InputWarning

logger = logging.getLogger("app.request")

REASONS: Mapping[int, str] = {
    400: "invalid_body",
    401: "unauthorized",
    404: "not_found",
    405: "method_not_allowed",
    408: "timeout",
    413: "body_too_large",
    415: "unsupported_media_type",
}
"""The `reason` field by status: a constant, never the text that the caller gets."""

FIELDS = (
    "method", "path", "status", "duration_ms", "prediction", "decision", "reason", "warnings",
    "rows", "rejected", "model", "request_id",
)  # fmt: skip
"""All fields of a record, in order. A field without a value is left out."""

METHODS = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"})
OTHER_METHOD = "(other)"
UNKNOWN_PATH = "(unknown)"

_DIGEST_DIGITS = 12
_RECORD = {"name": logger.name, "levelno": logging.INFO, "levelname": "INFO", "msg": "request"}

# A UUID, with or without hyphens. Anything looser would accept 24.86 or Jane-Doe-1962. A UUID
# with no letter is refused too: its digits could be measurements.
_REQUEST_ID = re.compile(
    rb"(?=.*[a-f])[0-9a-f]{8}(-?)[0-9a-f]{4}(?:\1[0-9a-f]{4}){2}\1[0-9a-f]{12}", re.IGNORECASE
)


@dataclass(slots=True, eq=False)
class LogContext:
    """The outcome of a request, for its log record. Endpoints set what only they know.

    Attributes:
        request_id: The caller's UUID, Lambda's request id, or a new one.
        status: The HTTP status of the response.
        prediction: The prediction for a single observation.
        decision: The decision for a single observation.
        warnings: The input warnings of all observations; None if they were not computed.
        rows: The number of observations in a batch.
        rejected: The number of invalid ones among them.
        outcomes: The number of rows by prediction and decision, if they were counted.
    """

    request_id: str = ""
    status: int | None = None
    prediction: Literal[0, 1] | None = None
    decision: Decision | None = None
    warnings: Sequence[InputWarning] | None = None
    rows: int | None = None
    rejected: int | None = None
    outcomes: Mapping[tuple[Literal[0, 1], Decision], int] | None = None


def log_context(scope: Scope) -> LogContext:
    """Return the log context of a request; a new one where no middleware has set it."""
    state = scope.setdefault("state", {})
    if "log_context" not in state:
        state["log_context"] = LogContext()
    context: LogContext = state["log_context"]
    return context


class RequestLogMiddleware:
    """Give each request an id, and log it when it is complete."""

    def __init__(
        self, app: ASGIApp, digest: str, on_complete: Callable[[LogContext], None] | None = None
    ) -> None:
        """Wrap ``app``.

        Args:
            app: The application.
            digest: The served model's digest; its beginning is logged.
            on_complete: Called with the context of each request, for telemetry.
        """
        self.app = app
        self.model = digest[:_DIGEST_DIGITS]
        self.on_complete = on_complete

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on a request, and log it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = time.perf_counter()
        root_path = scope.get("root_path", "")
        context = log_context(scope)
        context.request_id = _request_id(scope)

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                context.status = message["status"]
                request_id = (b"x-request-id", context.request_id.encode())
                message["headers"] = [*message.get("headers", ()), request_id]
            await send(message)

        reason: str | None = "incomplete"
        try:
            await self.app(scope, receive, send_with_id)
            reason = _reason(context.status)
        finally:
            if logger.isEnabledFor(logging.INFO):
                fields = {
                    "method": scope["method"] if scope["method"] in METHODS else OTHER_METHOD,
                    "path": _path_template(scope, root_path),
                    "duration_ms": round((time.perf_counter() - started) * 1000, 3),
                    "reason": reason,
                    "model": self.model,
                }
                logger.handle(_record(context, fields))
            if self.on_complete is not None:
                self.on_complete(context)


def _record(context: LogContext, fields: Mapping[str, Any]) -> logging.LogRecord:
    """Return the record that `logger.info` would make, without a search for its caller."""
    attributes: dict[str, Any] = {**_RECORD, **fields}
    for name in ("status", "prediction", "decision", "rows", "rejected", "request_id"):
        attributes[name] = getattr(context, name)
    if context.warnings is not None:
        attributes["warnings"] = len(context.warnings)
    return logging.makeLogRecord(
        {name: value for name, value in attributes.items() if value is not None}
    )


def _path_template(scope: Scope, root_path: str) -> str:
    """Return the path of the request's route or mount, as the code spells it."""
    if "route" in scope:
        return str(scope["route"].path)
    # FastAPI sets no route for those of Starlette, and middleware may respond before routing.
    path = scope["path"].removeprefix(root_path)
    routes = getattr(scope.get("app"), "routes", ())
    if any(path == getattr(route, "path", None) for route in routes):
        return str(path)
    # A mount appends its own path to the root path.
    return scope.get("root_path", "").removeprefix(root_path) or UNKNOWN_PATH


def _reason(status: int | None) -> str | None:
    """Return the `reason` field for a response, or None if it is not an error."""
    if status is None:
        return "incomplete"
    if status < 400:
        return None
    return REASONS.get(status, "error" if status >= 500 else "rejected")


def _request_id(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"x-request-id" and _REQUEST_ID.fullmatch(value):
            return bytes(value).decode()
    # Mangum puts Lambda's context into the scope.
    lambda_id = getattr(scope.get("aws.context"), "aws_request_id", None)
    # Unique but not secret, so no system call is needed.
    return str(lambda_id or f"{getrandbits(128):032x}")
