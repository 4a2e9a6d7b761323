"""An ASGI application by hand that reads the body and looks at nothing: what uvicorn takes."""

from typing import Any

_START = {
    "type": "http.response.start",
    "status": 200,
    "headers": [(b"content-length", b"25"), (b"content-type", b"application/json")],
}
_BODY = {"type": "http.response.body", "body": b'{"message":"Hello World"}'}


async def app(_scope: Any, receive: Any, send: Any) -> None:
    """Answer any request alike."""
    while (await receive()).get("more_body"):
        pass
    await send(_START)
    await send(_BODY)
