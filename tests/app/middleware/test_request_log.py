import json
import logging
import re
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from app.api.schemas import EXAMPLES
from app.lambda_handler import handler
from app.middleware.request_log import FIELDS, LogContext, RequestLogMiddleware, log_context, logger
from model import InputWarning, load
from tests import function_url
from tests.app.asgi import call, is_passed_on
from tests.app.failing_app import MEASURED, create, fail, fail_halfway
from tests.function_url import CONTEXT

pytestmark = pytest.mark.anyio

UUID = "3f2a9c1e-8b7d-4e21-9c55-0a1b2c3d4e5f"
DIGEST = "290984b946db0123"
Records = list[logging.LogRecord]


@pytest.fixture
def records() -> Iterator[Records]:
    """The records that a handler gets which a user adds to the logger."""
    received: Records = []

    class ListHandler(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            received.append(record)

    added = ListHandler()
    logger.addHandler(added)
    logger.setLevel(logging.INFO)
    yield received
    logger.removeHandler(added)
    logger.setLevel(logging.NOTSET)


def fields(record: logging.LogRecord) -> dict[str, Any]:
    """Return the fields of a record, without those that differ each time."""
    values = {name: value for name, value in vars(record).items() if name in FIELDS}
    assert re.fullmatch("[0-9a-f]{32}", values.pop("request_id"))
    assert 0 < values.pop("duration_ms") < 60_000
    return values


# Around a tiny application:


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (200, None),
        (307, None),
        (400, "invalid_body"),
        (401, "unauthorized"),
        (404, "not_found"),
        (405, "method_not_allowed"),
        (408, "timeout"),
        (413, "body_too_large"),
        (415, "unsupported_media_type"),
        (418, "rejected"),
        (500, "error"),
        (502, "error"),
        (503, "error"),
    ],
)
async def test_record_has_the_status_and_a_constant_reason(
    records: Records, status: int, reason: str | None
) -> None:
    app = RequestLogMiddleware(Response(status_code=status), DIGEST)
    await call(
        app,
        "GET",
        "/7318.52917?7318.52917",
        headers={"7318.52917": "7318.52917"},
        content=b"7318.52917",
    )
    [record] = records
    assert (record.name, record.levelname) == ("app.request", "INFO")
    assert record.getMessage() == "request"
    expected = {"method": "GET", "path": "(unknown)", "status": status, "model": DIGEST[:12]}
    assert fields(record) == expected | ({"reason": reason} if reason else {})
    assert "7318.52917" not in str(vars(record))


async def test_record_has_the_outcome_that_the_endpoint_sets(records: Records) -> None:
    completed: list[LogContext] = []

    async def endpoint(scope: Scope, receive: Receive, send: Send) -> None:
        context = log_context(scope)
        context.prediction, context.decision = 0, "refer"
        context.rows, context.rejected, context.warnings = (
            3,
            0,
            [InputWarning("implausible", (), "")],
        )
        await PlainTextResponse("")(scope, receive, send)

    await call(RequestLogMiddleware(endpoint, DIGEST, completed.append), "POST", "/")
    outcome = {"prediction": 0, "decision": "refer", "rows": 3, "rejected": 0, "warnings": 1}
    assert outcome.items() <= fields(records[0]).items()
    assert [(each.status, each.prediction, each.rows) for each in completed] == [(200, 0, 3)]


@pytest.mark.parametrize(("app", "status"), [(fail, None), (fail_halfway, 200)])
async def test_failed_response_is_logged_as_incomplete(
    records: Records, app: ASGIApp, status: int | None
) -> None:
    with pytest.raises(ValueError, match=MEASURED):
        await call(RequestLogMiddleware(app, DIGEST), "GET", "/")
    logged = fields(records[0])
    assert (logged.get("status"), logged["reason"]) == (status, "incomplete")


async def test_missing_response_is_logged_as_incomplete(records: Records) -> None:
    async def silent(_scope: Scope, _receive: Receive, _send: Send) -> None:
        pass

    scope = {"type": "http", "method": "GET", "path": "/", "headers": []}
    unused: Any = object()
    await RequestLogMiddleware(silent, DIGEST)(scope, unused, unused)
    logged = fields(records[0])
    assert ("status" in logged, logged["reason"]) == (False, "incomplete")


async def test_other_scopes_are_passed_on_without_a_record(records: Records) -> None:
    assert await is_passed_on(partial(RequestLogMiddleware, digest=DIGEST))
    assert records == []


async def test_level_of_the_logger_turns_records_off_and_keeps_the_id(records: Records) -> None:
    completed: list[LogContext] = []
    logger.setLevel(logging.WARNING)
    app = RequestLogMiddleware(Response(), DIGEST, completed.append)
    response = await call(app, "GET", "/")
    assert records == []
    assert [each.request_id for each in completed] == [response.headers["x-request-id"]]


async def test_filter_of_the_logger_drops_records(records: Records) -> None:
    def drop(_: logging.LogRecord) -> bool:
        return False

    logger.addFilter(drop)
    await call(RequestLogMiddleware(Response(), DIGEST), "GET", "/")
    logger.removeFilter(drop)
    assert records == []


def test_context_exists_without_the_middleware() -> None:
    scope: Scope = {"type": "http"}
    log_context(scope).rows = 3
    assert log_context(scope).rows == 3


@pytest.mark.parametrize("sent", [UUID, UUID.upper(), UUID.replace("-", "")])
async def test_request_id_of_the_caller_is_returned_and_logged(records: Records, sent: str) -> None:
    app = RequestLogMiddleware(Response(), DIGEST)
    response = await call(app, "GET", "/", headers={"X-Request-ID": sent})
    assert response.headers.get_list("x-request-id") == [sent]
    assert vars(records[0])["request_id"] == sent


@pytest.mark.parametrize(
    "sent",
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
async def test_request_id_that_is_no_uuid_is_replaced(records: Records, sent: str) -> None:
    app = RequestLogMiddleware(Response(), DIGEST)
    response = await call(app, "GET", "/", headers=[(b"x-request-id", sent.encode())])
    [used] = response.headers.get_list("x-request-id")
    assert used != sent
    assert re.fullmatch("[0-9a-f]{32}", used)
    assert vars(records[0])["request_id"] == used


# In the application:


async def read_patient(name: str) -> int:
    return len(name)


BENIGN, MALIGNANT = EXAMPLES["benign"], EXAMPLES["malignant"]
BATCH = [BENIGN, None, MALIGNANT]


@pytest.mark.parametrize(
    ("request_line", "body", "expected"),
    [
        ("POST /predict", BENIGN, {"prediction": 0, "decision": "benign", "warnings": 0}),
        ("POST /explain", MALIGNANT, {"prediction": 1, "decision": "malignant", "warnings": 1}),
        ("POST /predict/batch", BATCH, {"rows": 3, "rejected": 1}),
        ("POST /explain/batch", BATCH, {"rows": 3, "rejected": 1, "warnings": 1}),
        ("POST /predict", None, {"status": 400, "reason": "invalid_body"}),
        ("PUT /predict", None, {"status": 405, "reason": "method_not_allowed"}),
        ("24.86 /", None, {"method": "(other)", "status": 405, "reason": "method_not_allowed"}),
        ("GET /24.86", None, {"path": "(unknown)", "status": 404, "reason": "not_found"}),
        ("GET /openapi.json?a=24.86", None, {"path": "/openapi.json"}),
        ("GET /", None, {}),
        ("GET /patients/Jane", None, {"path": "/patients/{name}"}),
        ("GET /mounted/24.86", None, {"path": "/mounted"}),
        ("GET /fail/24.86", None, {"path": "/fail", "status": 500, "reason": "error"}),
    ],
)
@pytest.mark.parametrize("root_path", ["", "/api"])
async def test_path_is_that_of_the_route_and_nothing_is_the_callers_text(
    records: Records, root_path: str, request_line: str, body: Any, expected: dict[str, Any]
) -> None:
    app = create()
    app.get("/patients/{name}")(read_patient)
    app.mount("/mounted", PlainTextResponse(""))
    method, path = request_line.split()
    content = json.dumps(body).encode() if body else b""
    await call(app, method, root_path + path, root_path=root_path, content=content)
    request = {"method": method, "path": path, "status": 200, "model": load().digest[:12]}
    assert [fields(record) for record in records] == [request | expected]


async def test_response_that_fails_halfway_is_logged_as_incomplete(records: Records) -> None:
    with pytest.raises(RuntimeError, match="failed after it had started"):
        await call(create(), "GET", "/half/24.86")
    logged = fields(records[0])
    assert (logged["path"], logged["status"], logged["reason"]) == ("/half", 200, "incomplete")


def test_request_id_on_lambda_is_lambdas_own_unless_the_caller_has_one() -> None:
    event = function_url.event(b"{}")
    own = handler(event, CONTEXT)
    assert own["headers"]["x-request-id"] == CONTEXT.aws_request_id
    callers = handler({**event, "headers": {"x-request-id": UUID}}, CONTEXT)
    assert callers["headers"]["x-request-id"] == UUID
