import asyncio
import logging
from collections.abc import AsyncIterator
from typing import Annotated

import httpx
import pytest
from fastapi import Body, FastAPI, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response, StreamingResponse
from starlette.types import Message

from app.api import errors
from app.api.errors import MISSING_VALUES, REASONS, handle_http_exception, validation_reason
from app.main import create_app
from model import Scorecard
from tests.app.api.conftest import connect

MEASURED = "7318.52917"
NAMES = "meanConcavePoints, worstRadius, worstTexture, worstArea, worstConcavePoints"
INVALID = "must be a finite number, 0 or more"


@pytest.fixture
def app(scorecard: Scorecard) -> FastAPI:
    """The application, with endpoints that fail with a message that holds a measurement."""
    app = create_app(scorecard)

    async def fail(request: Request) -> Response:
        responses: dict[str, Response] = {}
        try:
            return responses[(await request.body()).decode()]
        except KeyError as error:
            raise ValueError(f"cannot use {error}") from error

    async def fail_halfway(request: Request) -> Response:
        measured = (await request.body()).decode()

        async def content() -> AsyncIterator[bytes]:
            yield b"half of "
            raise ValueError(measured)

        return StreamingResponse(content())

    @app.post("/ordinary")
    async def ordinary(value: Annotated[int, Body()]) -> int:
        return value

    app.add_route("/fail", fail, methods=["POST"])
    app.add_route("/fail-halfway", fail_halfway, methods=["POST"])
    return app


@pytest.mark.parametrize(
    ("error", "status", "reason", "headers"),
    [
        (errors.InvalidBody("no"), 400, "no", {}),
        (errors.Unauthorized(), 401, REASONS[401], {"www-authenticate": "APIKey"}),
        (errors.RequestTimeout(), 408, REASONS[408], {"connection": "close"}),
        (errors.BodyTooLarge(), 413, REASONS[413], {"connection": "close"}),
        (errors.UnsupportedMediaType(), 415, REASONS[415].replace('"', '\\"'), {}),
        (HTTPException(418, MEASURED), 418, "the request was rejected", {}),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else None,
)
def test_request_error_becomes_a_response_with_the_three_keys(
    error: HTTPException, status: int, reason: str, headers: dict[str, str]
) -> None:
    response = asyncio.run(handle_http_exception(Request({"type": "http"}), error))
    content = f'{{"reason":"{reason}","prediction":"","status":"{status}"}}'
    assert (response.status_code, bytes(response.body).decode()) == (status, content)
    expected = {"content-type": "application/json", "content-length": str(len(content)), **headers}
    assert dict(response.headers) == expected


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        *((path, None) for path in ("/nowhere", "/predict/", "/predict/1", "/static")),
        ("/", "GET, HEAD, POST"),
        ("/predict", "POST"),
        ("/explain/batch", "POST"),
        ("/health", "GET, HEAD"),
        *((path, "GET, HEAD") for path in ("/openapi.json", "/docs", "/docs/swagger-ui.css")),
        *((path, "GET, HEAD") for path in ("/card/roc.svg", "/static/style.css", "/static/x")),
    ],
)
@pytest.mark.parametrize("method", ["PUT", "PURGE"])
def test_405_lists_all_methods_of_the_path(
    client: httpx.Client, method: str, path: str, allowed: str | None
) -> None:
    response = client.request(method, path, content=b"{}")
    assert (response.status_code, response.headers.get("allow")) == (
        405 if allowed else 404,
        allowed,
    )
    reason = REASONS[response.status_code]
    expected = {"reason": reason, "prediction": "", "status": str(response.status_code)}
    assert response.json() == expected


def test_unexpected_error_is_logged_without_its_message(
    app: FastAPI, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG), connect(app) as client:
        response = client.post("/fail", content=MEASURED)
    assert response.json() == {"reason": REASONS[500], "prediction": "", "status": "500"}
    assert response.status_code == 500
    [record] = [each for each in caplog.records if each.levelno == logging.ERROR]
    assert vars(record)["request_id"] == response.headers["x-request-id"]
    assert "test_errors.py" in record.getMessage()
    assert ", in fail\n" in record.getMessage()
    assert "builtins.ValueError\ncaused by\n" in record.getMessage()
    assert "builtins.KeyError" in record.getMessage()
    assert MEASURED not in caplog.text


def test_ordinary_route_does_not_repeat_invalid_input(app: FastAPI) -> None:
    with connect(app) as client:
        assert client.post("/ordinary", json=1).json() == 1
        response = client.post("/ordinary", json=MEASURED)
    assert response.status_code == 422
    assert response.json() == {
        "reason": "the request is invalid",
        "prediction": "",
        "status": "422",
    }


def test_response_that_fails_halfway_is_not_completed(
    app: FastAPI, caplog: pytest.LogCaptureFixture
) -> None:
    with connect(app) as client, pytest.raises(RuntimeError, match="had started") as raised:
        client.post("/fail-halfway", content=MEASURED)
    assert raised.value.__suppress_context__
    assert ", in content\n" in caplog.text
    assert MEASURED not in caplog.text


@pytest.mark.parametrize("before", [[], [{"type": "http.request", "more_body": True}]])
def test_disconnected_client_is_not_an_error_of_ours(
    app: FastAPI, caplog: pytest.LogCaptureFixture, before: list[Message]
) -> None:
    messages = iter([*before, {"type": "http.disconnect"}])
    sent: list[Message] = []

    async def receive() -> Message:
        return next(messages)

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": "/predict", "headers": []}
    with caplog.at_level(logging.WARNING):
        asyncio.run(app(scope, receive, send))
    assert sent[0]["status"] == 400
    assert b"the request body is incomplete" in sent[1]["body"]
    assert caplog.records == []


@pytest.mark.parametrize(
    ("kinds", "reason"),
    [
        (
            {"worstArea": "greater_than_equal", "meanRadius": "extra_forbidden"},
            f"'worstArea' {INVALID}; 'meanRadius' is not a feature; 'body' takes only: {NAMES}",
        ),
        (
            {"worstArea": "float_type", "worstRadius": "finite_number"},
            f"'worstArea' {INVALID}; 'worstRadius' {INVALID}",
        ),
        (
            {"worstArea": "float_type", "worstRadius": "missing"},
            f"'body' must contain values for: {NAMES}",
        ),
    ],
    ids=["invalid and unknown", "two invalid", "invalid and missing"],
)
def test_reason_names_every_invalid_key(kinds: dict[str, str], reason: str) -> None:
    found = [{"loc": (key,), "type": kind} for key, kind in kinds.items()]
    assert validation_reason(found) == reason


@pytest.mark.parametrize("location", [(), ("worstArea", 3), (0,)])
def test_error_without_a_key_is_about_the_whole_body(location: tuple[str | int, ...]) -> None:
    assert validation_reason([{"loc": location, "type": "float_type"}]) == MISSING_VALUES


def test_only_the_first_unknown_key_is_named() -> None:
    found = [{"loc": (f"k{'x' * n}",), "type": "extra_forbidden"} for n in range(1000)]
    assert validation_reason(found) == validation_reason(found[:1])


@pytest.mark.parametrize("key", [MEASURED, "", "Jane Doe, 1962", "<b>", "x" * 41, "a\nb"])
def test_key_that_could_be_a_value_is_not_repeated(key: str) -> None:
    reason = validation_reason([{"loc": (key,), "type": "extra_forbidden"}])
    assert reason.startswith("one of the keys is not a feature; ")
