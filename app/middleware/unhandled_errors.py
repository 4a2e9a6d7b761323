"""A response to exceptions that no exception handler is registered for."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class UnhandledErrorMiddleware:
    """Respond to any exception with ``handler``, and don't raise it again.

    A handler registered for `Exception` is called by Starlette's ServerErrorMiddleware, which
    then raises the exception for the server to log, message included. The message may quote a
    measurement.
    """

    def __init__(
        self, app: ASGIApp, handler: Callable[[Request, Exception], Awaitable[Response]]
    ) -> None:
        """Wrap ``app``, and call ``handler`` for its exceptions."""
        self.app = app
        self.handler = handler

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on a request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False

        async def send_and_note(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self.app(scope, receive, send_and_note)
        except Exception as error:  # noqa: BLE001 this is the last handler
            response = await self.handler(Request(scope), error)
            if started:
                # Makes the server close the connection, so that the client sees the failure.
                raise RuntimeError("the response failed after it had started") from None
            await response(scope, receive, send)
