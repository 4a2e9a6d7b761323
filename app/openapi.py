"""What the OpenAPI document says of answers that are not an endpoint's own."""

from typing import Any, cast

from fastapi import FastAPI
from fastapi.telemetry import TelemetryConfig
from starlette.types import ASGIApp, Receive, Scope, Send

from app.answers import Refusal
from app.errors import REASONS
from app.reading import NOT_A_BATCH

Responses = dict[int | str, dict[str, Any]]

# FastAPI would otherwise emit paths and queries as soon as anything sets up OpenTelemetry.
_NO_TELEMETRY: TelemetryConfig = {
    "tracing": False,
    "metrics": False,
    "logs": False,
    "auto_configure": False,
}


def _refusal(status: int, description: str, reason: str | None = None) -> dict[str, Any]:
    example = Refusal(reason=reason or REASONS[status], status=str(status)).model_dump()
    # FastAPI would make a validator of a model anew for each route and status: 5 ms in all. The
    # schema is in the document because a batch's answers may be refusals.
    schema = {"$ref": "#/components/schemas/Refusal"}
    content = {"application/json": {"schema": schema, "example": example}}
    return {"description": description, "content": content}


FAILURE: Responses = {500: _refusal(500, "The service failed.")}
"""What any request may be answered."""

REFUSALS: Responses = {
    400: _refusal(400, "The body is not what was expected; the reason tells what was."),
    413: _refusal(413, "The body has more bytes than this service takes (`BODY_LIMIT`)."),
    415: _refusal(415, "The body was sent as something other than JSON."),
    **FAILURE,
}
"""What a request with a body may be answered."""

BATCH_REFUSALS: Responses = {
    **REFUSALS,
    400: _refusal(400, "The body is no array, or has too few or too many elements.", NOT_A_BATCH),
}
"""What a request with many observations may be answered as a whole."""

KEY_REFUSALS: Responses = {
    401: _refusal(401, "The request has no key, or one that this service does not know."),
}
"""What it may be answered besides, where a key is needed."""


class Service(FastAPI):
    """A FastAPI application with a 422 answer less, and with fewer layers around it."""

    def __init__(self, telemetry: TelemetryConfig | None, **options: Any) -> None:
        """Make an application that tells ``telemetry``, or nothing if that is None."""
        super().__init__(telemetry=telemetry or _NO_TELEMETRY, **options)
        self._observed = telemetry is not None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request: as FastAPI does, but for asking telemetry that is not there."""
        if self._observed or scope["type"] != "http" or self.middleware_stack is None:
            await super().__call__(scope, receive, send)
        else:
            scope["app"] = self
            await self.middleware_stack(scope, receive, send)

    def build_middleware_stack(self) -> ASGIApp:
        """Return our middleware, and all that it stands around.

        Around it FastAPI has its telemetry, a limit of its own, and the answer to unexpected
        errors. They are off, or `app.errors` comes first, and each still takes its time.
        """
        stack: Any = super().build_middleware_stack()
        outermost: Any = self.user_middleware[0].cls
        while not (self._observed or isinstance(stack, outermost)):
            stack = stack.app
        return cast("ASGIApp", stack)

    def openapi(self) -> dict[str, Any]:
        """Return the OpenAPI document: what this service answers, and nothing else."""
        if self.openapi_schema:  # It was made before.
            return self.openapi_schema
        document = super().openapi()
        for path in document["paths"].values():
            for operation in path.values():
                operation["responses"].pop("422", None)
            if "post" in path:
                _loosen(path["post"]["requestBody"]["content"]["application/json"]["schema"])
        for name in ("HTTPValidationError", "ValidationError"):
            document["components"]["schemas"].pop(name, None)
        return document


def _loosen(schema: dict[str, Any]) -> None:
    """Let the array that ``schema`` may be about hold anything: a bad row is answered too."""
    if schema.get("type") == "array":
        schema["items"] = {"anyOf": [schema["items"], {}]}
