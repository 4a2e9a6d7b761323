"""The application with endpoints that fail, each with a measurement in the message.

Run by ``uvicorn --factory tests.app.failing_app:create``.
"""

from collections.abc import AsyncIterator

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.types import Receive, Scope, Send

import model
from app.main import create_app

MEASURED = "24.86"


async def fail(_scope: Scope, _receive: Receive, _send: Send) -> None:
    """Fail before the response starts."""
    raise ValueError(MEASURED) from KeyError(MEASURED)


async def fail_halfway(_scope: Scope, _receive: Receive, send: Send) -> None:
    """Fail after the response has started."""
    headers = [(b"content-length", b"100")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"half", "more_body": True})
    raise ValueError(MEASURED)


async def reject_late(scope: Scope, receive: Receive, send: Send) -> None:
    """Raise an exception that has a handler, when it is too late for that."""
    await PlainTextResponse("whole")(scope, receive, send)
    raise HTTPException(400, MEASURED)


async def stream_half() -> StreamingResponse:
    """Return a response that fails halfway."""

    async def chunks() -> AsyncIterator[str]:
        yield "half"
        raise ValueError(MEASURED)

    return StreamingResponse(chunks())


async def return_a_number() -> str:
    """Return a value that FastAPI refuses to send."""
    return float(MEASURED)  # type: ignore[return-value]


def add_endpoints(app: FastAPI) -> FastAPI:
    """Add the endpoints above to ``app``; return it."""
    for path, endpoint in (("/fail", fail), ("/half", fail_halfway), ("/late", reject_late)):
        app.mount(path, endpoint)
    app.get("/stream")(stream_half)
    app.get("/invalid")(return_a_number)
    return app


def create() -> FastAPI:
    """Return the application with these endpoints."""
    return add_endpoints(create_app(model.load()))
