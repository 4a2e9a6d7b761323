"""Mangum in front of next to nothing: what no application behind it can do without."""

from mangum import Mangum
from starlette.types import Receive, Scope, Send


async def answer(scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG001 ASGI has them
    """Answer without looking at the request."""
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b'{"prediction":1}'})


handler = Mangum(answer, lifespan="off")
