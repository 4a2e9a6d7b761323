"""API keys: every POST requires one, where any are configured.

The service holds only the SHA-256 digests of the keys. A fast hash is enough, as a key has 256
random bits. Two configured digests let callers move from an old key to a new one.
"""

import secrets
from collections.abc import Awaitable, Callable, Collection
from hashlib import sha256
from hmac import compare_digest

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from app.api.errors import Unauthorized

HEADER = "X-API-Key"
"""The request header that carries a key."""

PREFIX = "classifier_"
"""The start of every key, by which secret scanners recognise one."""


class ApiKeyMiddleware:
    """Reject each POST without a valid API key, before its body is read.

    It guards all paths, so a POST endpoint that is added later is protected without further code.
    """

    def __init__(
        self,
        app: ASGIApp,
        digests: Collection[bytes],
        on_error: Callable[[Request, Exception], Awaitable[Response]],
    ) -> None:
        """Wrap ``app``.

        Args:
            app: The application to protect.
            digests: The digests of the accepted keys.
            on_error: The handler of `Unauthorized`.
        """
        self.app = app
        self.digests = digests
        self.on_error = on_error

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on a request, or respond with an error."""
        if scope["type"] == "http" and scope["method"] == "POST":
            request = Request(scope)
            if not self._is_valid(request.headers.get(HEADER, "")):
                response = await self.on_error(request, Unauthorized())
                await response(scope, receive, send)
                return
        await self.app(scope, receive, send)

    def _is_valid(self, key: str) -> bool:
        given = digest(key)
        # A list, so that all are compared: the duration reveals nothing about the keys.
        matches = [compare_digest(given, each) for each in self.digests]
        return bool(key) and any(matches)


def new_key() -> str:
    """Return a new key with 256 random bits."""
    return PREFIX + secrets.token_urlsafe(32)


def digest(key: str) -> bytes:
    """Return the SHA-256 digest of ``key``, 32 bytes."""
    return sha256(key.encode("latin-1")).digest()  # As HTTP headers are decoded.
