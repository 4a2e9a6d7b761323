import logging
import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount
from starlette.types import Message, Receive, Scope, Send

from app.lambda_handler import handler
from app.main import create_app
from app.observation import EXAMPLES
from app.requestlog import FIELDS, RequestLog, entry_of, logger
from model import Scorecard, load
from tests import function_url
from tests.function_url import CONTEXT

UUID = "3f2a9c1e-8b7d-4e21-9c55-0a1b2c3d4e5f"


@pytest.fixture
def app(scorecard: Scorecard) -> FastAPI:
    """The service, with endpoints added that it doesn't have."""
    service = create_app(scorecard)

    async def batch(request: Request) -> Response:
        entry = entry_of(request.scope)
        entry.rows, entry.refused, entry.cautions, entry.decision = 3, 1, (), "refer"
        return PlainTextResponse("")

    async def patient(name: str) -> int:
        return len(name)

    async def fail(_: Request) -> Response:
        raise ValueError("24.86")

    async def break_off(scope: Scope, receive: Receive, send: Send) -> None:
        await PlainTextResponse("half")(scope, receive, send)
        raise ValueError("24.86")

    service.add_route("/batch", batch, methods=["POST"])
    service.add_route("/fail", fail)
    service.routes.append(Mount("/mounted", PlainTextResponse("")))
    service.routes.append(Mount("/half", break_off))
    service.get("/patients/{name}")(patient)
    return service


@pytest.fixture
def records() -> Iterator[list[logging.LogRecord]]:
    """What is logged as the request's line, as Lambda's or our own handler gets it."""
    kept: list[logging.LogRecord] = []

    class Keeper(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            kept.append(record)

    keeper = Keeper()
    logger.addHandler(keeper)
    logger.setLevel(logging.INFO)
    yield kept
    logger.removeHandler(keeper)
    logger.setLevel(logging.NOTSET)


def fields(record: logging.LogRecord) -> dict[str, Any]:
    told = {name: record.__dict__[name] for name in FIELDS if name in record.__dict__}
    assert re.fullmatch("[0-9a-f]{32}", told.pop("request_id"))
    assert 0 < told.pop("duration_ms") < 60_000
    assert told.pop("model") == load().digest[:12]
    return told


async def ask(app: FastAPI, method: str, path: str, **more: Any) -> httpx.Response:
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        return await client.request(method, path, **more)


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("POST", "/predict", {"status": 400, "reason": "bad_body"}),
        ("PUT", "/predict", {"status": 405, "reason": "unknown_method"}),
        ("GET", "/", {"status": 200}),
        ("GET", "/openapi.json?a=24.86", {"path": "/openapi.json", "status": 200}),
        ("GET", "/fail", {"status": 500, "reason": "failed"}),
        ("GET", "/24.86", {"path": "(unknown)", "status": 404, "reason": "unknown_path"}),
        ("24.86", "/", {"method": "(other)", "status": 405, "reason": "unknown_method"}),
        ("GET", "/mounted/24.86", {"path": "/mounted", "status": 200}),
        ("GET", "/patients/Jane", {"path": "/patients/{name}", "status": 200}),
        (
            "POST",
            "/batch",
            {"status": 200, "decision": "refer", "warnings": 0, "rows": 3, "refused": 1},
        ),
    ],
)
async def test_a_line_says_what_was_done_in_words_of_ours(
    app: FastAPI, records: list[logging.LogRecord], method: str, path: str, expected: dict[str, Any]
) -> None:
    await ask(app, method, path)
    [record] = records
    assert (record.levelno, record.getMessage()) == (logging.INFO, "request")
    assert fields(record) == {"method": method, "path": path, **expected}


@pytest.mark.anyio
async def test_a_prediction_is_told(app: FastAPI, records: list[logging.LogRecord]) -> None:
    for name in ("malignant", "benign"):
        await ask(app, "POST", "/predict", json=EXAMPLES[name])
    told = {"method": "POST", "path": "/predict", "status": 200}
    assert [fields(record) for record in records] == [
        {**told, "prediction": 1, "decision": "malignant", "warnings": 1},
        {**told, "prediction": 0, "decision": "benign", "warnings": 0},
    ]


@pytest.mark.anyio
async def test_an_answer_that_breaks_off_is_told(
    app: FastAPI, records: list[logging.LogRecord]
) -> None:
    with pytest.raises(RuntimeError, match="broke off"):
        await ask(app, "GET", "/half/1")
    assert fields(records[0]) == {
        "method": "GET", "path": "/half", "status": 200, "reason": "broke_off"
    }  # fmt: skip


async def pass_on(log: RequestLog, **scope: Any) -> None:
    async def receive() -> Message:
        raise NotImplementedError("nothing here reads")  # pragma: no cover

    async def send(_: Message) -> None:
        raise NotImplementedError("nothing here answers")  # pragma: no cover

    await log(scope, receive, send)


@pytest.mark.anyio
async def test_a_request_that_gets_no_answer_is_told(
    app: FastAPI, records: list[logging.LogRecord]
) -> None:
    async def silent(_scope: Scope, _receive: Receive, _send: Send) -> None:
        pass

    log = RequestLog(silent, load().digest)
    await pass_on(log, type="http", method="GET", path="/", headers=[], app=app)
    assert fields(records[0]) == {"method": "GET", "path": "/", "reason": "broke_off"}


@pytest.mark.anyio
async def test_what_is_no_http_request_is_passed_on_untold(
    records: list[logging.LogRecord],
) -> None:
    seen = []

    async def other(scope: Scope, _receive: Receive, _send: Send) -> None:
        seen.append(scope)

    await pass_on(RequestLog(other, "290984b946db"), type="lifespan")
    assert (seen, records) == ([{"type": "lifespan"}], [])


@pytest.mark.anyio
async def test_a_path_behind_a_prefix_is_told_without_it(
    app: FastAPI, records: list[logging.LogRecord]
) -> None:
    transport = httpx.ASGITransport(app, root_path="/api")
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        await client.put("/api/predict")
    assert fields(records[0])["path"] == "/predict"


@pytest.mark.anyio
async def test_nothing_is_made_where_the_level_is_off(
    app: FastAPI, records: list[logging.LogRecord]
) -> None:
    logger.setLevel(logging.WARNING)
    answer = await ask(app, "GET", "/")
    assert records == []
    assert answer.headers["x-request-id"]


@pytest.mark.anyio
@pytest.mark.parametrize("stated", [UUID, UUID.upper(), UUID.replace("-", "")])
async def test_the_callers_id_is_kept_and_returned(
    app: FastAPI, records: list[logging.LogRecord], stated: str
) -> None:
    answer = await ask(app, "GET", "/docs", headers={"X-Request-ID": stated})
    assert answer.headers.get_list("x-request-id") == [stated]
    assert records[0].__dict__["request_id"] == stated


@pytest.mark.anyio
@pytest.mark.parametrize(
    "stated",
    [
        "",
        "24.86",
        "0.0123456789",
        "1.866e3",
        "0123456789",
        "01234567890123456789012345678901",
        "01234567-0123-0123-0123-012345678901",
        "Jane-Doe-1962-worstArea-1866",
        "worstArea1866abcdefabcdefabcdefa",
        f"{UUID}, {UUID}",
        f"{UUID}\t",
        UUID[:-1],
        UUID.replace("-", "", 1),
        f"{UUID[:-1]}é",
    ],
)
async def test_an_id_that_might_tell_something_is_replaced(
    app: FastAPI, records: list[logging.LogRecord], stated: str
) -> None:
    answer = await ask(app, "GET", "/docs", headers=[(b"x-request-id", f"{stated}".encode())])
    given = answer.headers["x-request-id"]
    assert given != stated
    assert re.fullmatch("[0-9a-f]{32}", given)
    assert records[0].__dict__["request_id"] == given


def test_on_lambda_an_id_is_lambdas_own_unless_the_caller_has_one() -> None:
    event = function_url.event(b"{}")
    answer = handler(event, CONTEXT)
    assert answer["headers"]["x-request-id"] == CONTEXT.aws_request_id
    answer = handler({**event, "headers": {"x-request-id": UUID}}, CONTEXT)
    assert answer["headers"]["x-request-id"] == UUID
