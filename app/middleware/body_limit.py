"""A limit to the size of request bodies, and a deadline for their arrival.

FastAPI's own `max_body_size` replaces the response to any request that declares too large a
body with plain text, even that of a path that needs no body.
"""

import asyncio
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.errors import BodyTooLarge, RequestTimeout


class BodyLimitMiddleware:
    """Limit the size of each request body, and the time it takes to arrive.

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
        self.deadlines = Deadlines(timeout)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on a request with a limited body."""
        # A GET's body means nothing. A file response skips it, to notice when the client leaves.
        if scope["type"] == "http" and scope["method"] not in ("GET", "HEAD"):
            receive = _LimitedReceive(receive, self.max_bytes, self.deadlines, declared_size(scope))
        await self.app(scope, receive, send)


class _LimitedReceive:
    """An ASGI ``receive`` that enforces the limits until the body is complete."""

    def __init__(
        self, receive: Receive, max_bytes: int, deadlines: "Deadlines", declared: int
    ) -> None:
        self.receive = receive
        self.max_bytes = max_bytes
        self.deadlines = deadlines
        self.declared = declared
        self.received = 0
        self.deadline = 0.0
        self.complete = False

    async def __call__(self) -> Message:
        if self.complete:  # Waits for the client to disconnect.
            return await self.receive()
        # The declared size may be untrue or missing, so it is only a reason to reject early.
        if self.declared > self.max_bytes:
            raise BodyTooLarge
        self.deadline = self.deadline or self.deadlines.new()
        message = await self.deadlines.receive(self.receive, self.deadline)
        self.received += len(message.get("body", b""))
        if self.received > self.max_bytes:
            raise BodyTooLarge
        self.complete = not message.get("more_body", False)
        return message


class Deadlines:
    """Deadlines of the bodies that are arriving, with one timer for all of them.

    `asyncio.timeout` creates a timer per request, which takes 6 µs.
    """

    def __init__(self, timeout: float) -> None:
        """Give each body ``timeout`` seconds."""
        self.timeout = timeout
        self._waiting: dict[asyncio.Task[Any], float] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def new(self) -> float:
        """Return the deadline of a body that begins to arrive now, in the loop's time."""
        return asyncio.get_running_loop().time() + self.timeout

    async def receive(self, receive: Receive, deadline: float) -> Message:
        """Return the next message.

        Raises:
            RequestTimeout: It has not arrived by ``deadline``.
        """
        task = asyncio.current_task()
        assert task is not None
        self._waiting[task] = deadline
        loop = asyncio.get_running_loop()
        if self._timer is None or self._loop is not loop:  # A closed loop runs no timer.
            self._loop = loop
            self._timer = loop.call_at(deadline, self._cancel_late)
        try:
            return await receive()
        except asyncio.CancelledError:
            if task in self._waiting:  # Cancelled by someone else.
                raise
            task.uncancel()
            raise RequestTimeout from None
        finally:
            self._waiting.pop(task, None)

    def _cancel_late(self) -> None:
        loop = asyncio.get_running_loop()
        now = loop.time()
        for task in [task for task, deadline in self._waiting.items() if deadline <= now]:
            del self._waiting[task]
            task.cancel()
        self._timer = None
        if self._waiting:
            self._timer = loop.call_at(min(self._waiting.values()), self._cancel_late)


def declared_size(scope: Scope) -> int:
    """Return the size in the request's Content-Length, or 0 if there is none."""
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit():
            return int(value[:20])  # Lambda passes on more digits than `int` accepts.
    return 0
