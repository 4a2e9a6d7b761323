import logging
from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI, Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Message

from app.answers import MISSING_VALUES
from app.errors import REASONS, explain
from app.main import create_app
from model import Scorecard

pytestmark = pytest.mark.anyio

MEASURED = "7318.52917"


@pytest.fixture
def app(scorecard: Scorecard) -> FastAPI:
    """The service, with endpoints added that fail as a programming error would."""
    service = create_app(scorecard)

    async def fail(request: Request) -> Response:
        try:
            judged: dict[str, Response] = {}
            return judged[(await request.body()).decode()]
        except KeyError as error:
            raise ValueError(f"cannot judge {error}") from error

    async def break_off(request: Request) -> Response:
        measured = (await request.body()).decode()

        async def content() -> AsyncIterator[bytes]:
            yield b"half of "
            raise ValueError(measured)

        return StreamingResponse(content())

    service.add_route("/fail", fail, methods=["POST"])
    service.add_route("/break-off", break_off, methods=["POST"])
    return service


async def post(app: FastAPI, path: str) -> httpx.Response:
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        return await client.post(path, content=MEASURED)


async def test_an_unexpected_error_tells_the_caller_nothing(app: FastAPI) -> None:
    response = await post(app, "/fail")
    assert response.status_code == 500
    assert response.json() == {"reason": REASONS[500], "prediction": "", "status": "500"}


async def test_the_log_tells_where_it_failed_but_no_measurement(
    app: FastAPI, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        await post(app, "/fail")
    assert "test_errors.py" in caplog.text
    assert ", in fail\n" in caplog.text
    assert "builtins.ValueError\ncaused by\n" in caplog.text
    assert "builtins.KeyError" in caplog.text
    assert MEASURED not in caplog.text


async def test_an_answer_that_breaks_off_is_not_finished_and_not_quoted(
    app: FastAPI, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(RuntimeError, match="broke off") as raised:
        await post(app, "/break-off")
    assert raised.value.__suppress_context__
    assert ", in content\n" in caplog.text
    assert MEASURED not in caplog.text


async def test_a_caller_who_hangs_up_is_no_fault_of_ours(
    app: FastAPI, caplog: pytest.LogCaptureFixture
) -> None:
    sent = []

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": "/predict", "headers": []}
    with caplog.at_level(logging.WARNING):
        await app(scope, receive, send)
    assert sent[0]["status"] == 400
    assert caplog.records == []


def test_the_reason_lists_every_wrong_key() -> None:
    errors = [
        {"loc": ("worstArea",), "type": "greater_than_equal"},
        {"loc": ("meanRadius",), "type": "extra_forbidden"},
    ]
    assert explain(errors) == (
        "'worstArea' must be a finite number, 0 or more; 'meanRadius' is not a feature; 'body' "
        "takes only: meanConcavePoints, worstRadius, worstTexture, worstArea, worstConcavePoints"
    )


def test_something_missing_outweighs_something_wrong() -> None:
    errors = [
        {"loc": ("worstArea",), "type": "float_type"},
        {"loc": ("worstRadius",), "type": "missing"},
    ]
    assert explain(errors) == MISSING_VALUES


@pytest.mark.parametrize("location", [(), ("worstArea", 3), (0,)])
def test_what_is_not_about_a_key_is_about_the_whole(location: tuple[str | int, ...]) -> None:
    assert explain([{"loc": location, "type": "float_type"}]) == MISSING_VALUES


def test_a_thousand_unknown_keys_get_one_short_reason() -> None:
    errors = [{"loc": (f"k{'x' * n}",), "type": "extra_forbidden"} for n in range(1000)]
    assert explain(errors) == explain(errors[:1])


@pytest.mark.parametrize("key", [MEASURED, "", "Jane Doe, 1962", "<b>", "x" * 41, "a\nb"])
def test_a_key_that_is_not_a_plain_name_is_not_repeated(key: str) -> None:
    reason = explain([{"loc": (key,), "type": "extra_forbidden"}])
    assert reason.startswith("one of the keys is not a feature; ")
