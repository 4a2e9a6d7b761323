"""A minimal ASGI application that returns a constant: the cost of the HTTP server."""

from typing import Any

_START = {
    "type": "http.response.start",
    "status": 200,
    "headers": [(b"content-length", b"25"), (b"content-type", b"application/json")],
}
_BODY = {"type": "http.response.body", "body": b'{"message":"Hello World"}'}


async def app(_scope: Any, receive: Any, send: Any) -> None:
    """Read the request's body and return the constant."""
    while (await receive()).get("more_body"):
        pass
    await send(_START)
    await send(_BODY)
