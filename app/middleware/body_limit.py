"""A limit to the size of request bodies, and a deadline for their arrival.

FastAPI's own `max_body_size` replaces the response to any request that declares too large a
body with plain text, even that of a path that needs no body.
"""

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.errors import BodyTooLarge, RequestTimeout


class BodyLimitMiddleware:
    """Limit the size of each request body, and the time in which it must arrive.

    Reading a body past a limit raises `BodyTooLarge` or `RequestTimeout` in the endpoint, for
    FastAPI's exception handlers.
    """

    def __init__(self, app: ASGIApp, max_bytes: int, timeout: float) -> None:
        """Wrap ``app``.

        Args:
            app: The application.
            max_bytes: The largest body to accept, in bytes.
            timeout: The time for a body to arrive, in seconds.
        """
        self.app = app
        self.max_bytes = max_bytes
        self.timeout = timeout

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on a request with a limited body."""
        if scope["type"] == "http":
            receive = _LimitedReceive(receive, self.max_bytes, self.timeout, _declared_size(scope))
        await self.app(scope, receive, send)


class _LimitedReceive:
    """An ASGI ``receive`` that enforces the limits until the body is complete."""

    def __init__(self, receive: Receive, max_bytes: int, timeout: float, declared: int) -> None:
        self.receive = receive
        self.max_bytes = max_bytes
        self.timeout = timeout
        self.size = declared
        self.received = 0
        self.deadline: float | None = None
        self.complete = False

    async def __call__(self) -> Message:
        if self.complete:  # Waits for the client to disconnect.
            return await self.receive()
        # The declared size may be untrue or missing, so it is only a reason to reject early.
        if self.size > self.max_bytes:
            raise BodyTooLarge
        message = await self._receive_in_time()
        self.received += len(message.get("body", b""))
        if self.received > self.max_bytes:
            raise BodyTooLarge
        self.complete = not message.get("more_body", False)
        return message

    async def _receive_in_time(self) -> Message:
        if self.deadline is None:
            self.deadline = asyncio.get_running_loop().time() + self.timeout
        try:
            async with asyncio.timeout_at(self.deadline):
                return await self.receive()
        except TimeoutError:
            raise RequestTimeout from None


def _declared_size(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit():
            return int(value[:20])  # Lambda passes on more digits than `int` accepts.
    return 0
