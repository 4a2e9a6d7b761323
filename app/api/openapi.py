"""The OpenAPI document: error responses, the API key, and the schema of a batch."""

from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from starlette.routing import Route

from app.api.errors import INVALID_REQUEST, REASONS
from app.api.parsing import MAX_EXPLAINED_ROWS, MAX_ROWS, not_a_batch
from app.api.routing import JsonEndpoint
from app.api.schemas import ErrorResponse
from app.middleware.api_key import HEADER

Responses = dict[int | str, dict[str, Any]]


def _error(status: int, description: str, reason: str | None = None) -> dict[str, Any]:
    example = ErrorResponse(reason=reason or REASONS[status], status=str(status)).model_dump()
    # A reference, as FastAPI would make a validator of a model for each route and status. The
    # schema is in the document because a batch's response may contain it.
    schema = {"$ref": "#/components/schemas/ErrorResponse"}
    content = {"application/json": {"schema": schema, "example": example}}
    return {"description": description, "content": content}


SERVER_ERROR: Responses = {500: _error(500, "The service failed.")}
"""The error response of every endpoint."""

KEY_ERROR = {"401": _error(401, "The API key is missing or invalid.")}
"""The error response of an endpoint that requires an API key."""

VALIDATION_ERROR = {"422": _error(422, "A parameter or the body is invalid.", INVALID_REQUEST)}
"""The error response of an ordinary FastAPI route."""

API_KEY = {
    "type": "apiKey",
    "in": "header",
    "name": HEADER,
    "description": "The key that the operator of this service gave you.",
}
"""The security scheme, which adds *Authorize* to Swagger UI."""

ERRORS: Responses = {
    400: _error(400, "The body is invalid; the reason says why."),
    408: _error(408, "The body did not arrive in time (`BODY_TIMEOUT`)."),
    413: _error(413, "The body is too large (`BODY_LIMIT`)."),
    415: _error(415, "The body is not JSON."),
    **SERVER_ERROR,
}
"""The error responses of an endpoint with a body."""


def batch_errors(max_rows: int) -> Responses:
    """Return the error responses of an endpoint that takes up to ``max_rows`` observations."""
    description = "The body is not an array, or has too few or too many elements."
    return {**ERRORS, 400: _error(400, description, not_a_batch(max_rows))}


PREDICT_BATCH_ERRORS = batch_errors(MAX_ROWS)
EXPLAIN_BATCH_ERRORS = batch_errors(MAX_EXPLAINED_ROWS)


class Operation(NamedTuple):
    """An operation of the API: a route to serve, and its entry in the document."""

    method: str
    path: str
    endpoint: JsonEndpoint
    summary: str
    errors: Responses

    def route(self) -> Route:
        """Return the route that serves it."""
        return Route(self.path, self.endpoint, methods=[self.method])

    def documented(self) -> APIRoute:
        """Return the FastAPI route with the same parameters and responses.

        It is made only for the document: FastAPI takes 20 ms to prepare the first one.
        """
        return APIRoute(
            self.path,
            self.endpoint.function,
            methods=[self.method],
            summary=self.summary,
            responses=self.errors,
        )


def customize_openapi(app: FastAPI, operations: Sequence[Operation], *, key_required: bool) -> None:
    """Have ``app`` document ``operations``, and the API key if one is required.

    https://fastapi.tiangolo.com/how-to/extending-openapi/
    """

    @cache
    def openapi() -> dict[str, Any]:
        document = get_openapi(
            title=app.title,
            version=app.version,
            description=app.description,
            servers=app.servers,
            routes=[*(operation.documented() for operation in operations), *app.routes],
        )
        for name in ("HTTPValidationError", "ValidationError"):
            document["components"]["schemas"].pop(name, None)
        for path, methods in document["paths"].items():
            for method, entry in methods.items():
                _document_errors(entry, key_required and method == "post", (method, path) in ours)
        if key_required:
            document["components"]["securitySchemes"] = {"ApiKey": API_KEY}
        return document

    ours = {(operation.method.lower(), operation.path) for operation in operations}
    app.openapi = openapi  # type: ignore[method-assign]


def _document_errors(entry: dict[str, Any], key_required: bool, ours: bool) -> None:  # noqa: FBT001
    """Replace FastAPI's validation error by ours, and add what an API key changes."""
    responses = entry["responses"]
    if responses.pop("422", None) and not ours:
        responses |= VALIDATION_ERROR
    if ours and "requestBody" in entry:
        schema = entry["requestBody"]["content"]["application/json"]["schema"]
        if schema.get("type") == "array":
            # An invalid row gets an error response in its place, so any element is accepted.
            schema["items"] = {"anyOf": [schema["items"], {}]}
    if key_required:
        responses |= KEY_ERROR
        entry["security"] = [{"ApiKey": []}]
