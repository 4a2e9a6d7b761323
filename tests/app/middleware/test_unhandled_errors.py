import logging
from collections.abc import Iterator
from functools import partial
from io import StringIO
from pathlib import Path

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from app.api.errors import REASONS
from app.middleware.unhandled_errors import UnhandledErrorMiddleware
from tests.app.asgi import call, error_reason, is_passed_on
from tests.app.failing_app import MEASURED, create, fail, fail_halfway
from tests.app.server import uvicorn

pytestmark = pytest.mark.anyio


class Handler:
    """Exception handler that keeps the exceptions it gets."""

    def __init__(self) -> None:
        self.errors: list[Exception] = []

    async def __call__(self, request: Request, error: Exception) -> Response:
        assert request.url.path == "/"
        self.errors.append(error)
        return PlainTextResponse("failed", 500)


async def test_exception_gets_the_response_of_the_handler() -> None:
    handler = Handler()
    response = await call(UnhandledErrorMiddleware(fail, handler), "GET", "/")
    assert (response.status_code, response.text) == (500, "failed")
    assert [type(each) for each in handler.errors] == [ValueError]


async def test_response_that_failed_halfway_is_cut_off_without_the_message() -> None:
    handler = Handler()
    with pytest.raises(RuntimeError, match=r"^the response failed after it had started$") as caught:
        await call(UnhandledErrorMiddleware(fail_halfway, handler), "GET", "/")
    assert (caught.value.__cause__, caught.value.__suppress_context__) == (None, True)
    assert [type(each) for each in handler.errors] == [ValueError]


async def test_response_without_an_exception_is_passed_on() -> None:
    handler = Handler()
    response = await call(UnhandledErrorMiddleware(PlainTextResponse("a"), handler), "GET", "/")
    assert (response.text, handler.errors) == ("a", [])


async def test_end_of_the_process_is_no_error() -> None:
    async def app(_scope: Scope, _receive: Receive, _send: Send) -> None:
        raise KeyboardInterrupt

    handler = Handler()
    with pytest.raises(KeyboardInterrupt):
        await UnhandledErrorMiddleware(app, handler)({"type": "http"}, *[None] * 2)  # type: ignore[arg-type]
    assert handler.errors == []


async def test_other_scopes_are_passed_on() -> None:
    assert await is_passed_on(partial(UnhandledErrorMiddleware, handler=Handler()))


# In the application:


@pytest.fixture
def log() -> Iterator[StringIO]:
    """The output of a handler with the standard formatter, which shows exception messages."""
    output = StringIO()
    handler = logging.StreamHandler(output)
    handler.setFormatter(logging.Formatter("%(levelname)s %(name)s %(request_id)s %(message)s"))
    logger = logging.getLogger("app")
    logger.addHandler(handler)
    yield output
    logger.removeHandler(handler)


@pytest.mark.parametrize(
    ("path", "error"),
    [
        ("/fail/", "\nbuiltins.ValueError\ncaused by\nbuiltins.KeyError\n"),
        ("/invalid", "\nfastapi.exceptions.ResponseValidationError\n"),
    ],
)
async def test_error_gets_a_500_and_a_record_without_its_message(
    log: StringIO, path: str, error: str
) -> None:
    response = await call(create(), "GET", path)
    assert error_reason(response, 500) == REASONS[500]
    written = log.getvalue()
    start = f"ERROR app {response.headers['x-request-id']} unhandled exception\n  File "
    assert written.startswith(start)
    assert error in written
    assert MEASURED not in written + response.text


@pytest.mark.parametrize("path", ["/half/", "/late/", "/stream"])
async def test_error_halfway_is_logged_without_its_message(log: StringIO, path: str) -> None:
    with pytest.raises(RuntimeError, match=r"^the response failed after it had started$"):
        await call(create(), "GET", path)
    assert "unhandled exception\n" in log.getvalue()
    assert MEASURED not in log.getvalue()


def test_server_closes_a_response_that_failed_halfway_and_logs_no_message(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with uvicorn(log, "--factory", "tests.app.failing_app:create", LOG_LEVEL="DEBUG") as url:
        for path in ("/half/", "/stream"):
            with pytest.raises(httpx.RemoteProtocolError):
                httpx.get(url + path)
        assert httpx.get(f"{url}/fail/").status_code == 500
        assert httpx.get(f"{url}/health").status_code == 200
    written = log.read_text()
    assert written.count("unhandled exception\n") == 3
    assert written.count("RuntimeError: the response failed after it had started\n") == 2
    assert MEASURED not in written
