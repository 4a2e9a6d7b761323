"""No request's body is held in memory beyond a limit.

FastAPI's own `max_body_size` falls short of the contract: where a request declares too long a
body, it puts a plain text in the place of any answer, even of one that needs no body.
"""

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class BodyTooLarge(HTTPException):
    """A body that is, or says that it is, larger than the limit; `app.errors` answers it 413."""

    def __init__(self) -> None:
        """Have the connection closed, or the server would go on to receive the rest."""
        super().__init__(413, headers={"Connection": "close"})


class BodyLimit:
    """Lets nothing read a body that is too large.

    Whoever reads one gets `BodyTooLarge`: of a declared length before the first byte, of
    another as soon as the limit is passed. An answer for which nothing is read, as to a
    request without a key, stays as it is.
    """

    def __init__(self, app: ASGIApp, limit: int) -> None:
        """Stand in front of ``app``; ``limit`` is in bytes."""
        self.app = app
        self.limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, with its body counted."""
        if scope["type"] != "http":  # The server's lifespan, which has no body.
            await self.app(scope, receive, send)
            return
        # What is declared is only ever a reason to refuse: it may be untrue, or not be there.
        too_large = _declared(scope) > self.limit
        size = 0

        async def counted() -> Message:
            nonlocal size
            if too_large:
                raise BodyTooLarge
            message = await receive()
            size += len(message.get("body", b""))
            if size > self.limit:
                raise BodyTooLarge
            return message

        await self.app(scope, counted, send)


def _declared(scope: Scope) -> int:
    """Return the length that a request declares for its body, or 0."""
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit():
            # Cut off, as Lambda lets through more digits than `int` takes.
            return int(value[:20])
    return 0
