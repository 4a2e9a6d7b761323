"""API keys: who holds one may POST. The service knows only their SHA-256 digests.

A fast hash is enough, as a key has 256 random bits: nobody can try them all. Two digests in
`API_KEYS` are two accepted keys, so that callers can move from one to the next in their time.
"""

import secrets
from collections.abc import Collection, Iterable
from hashlib import sha256
from hmac import compare_digest

from fastapi import Security
from fastapi.security import APIKeyHeader
from starlette.exceptions import HTTPException

HEADER = "X-API-Key"
"""The request header that carries a key."""

PREFIX = "classifier_"
"""How each key begins, by which a secret scanner can find one that was published."""

_HEADER = HEADER.lower().encode()

_scheme = APIKeyHeader(
    name=HEADER,
    scheme_name="ApiKey",
    description="The key that whoever runs this service gave you.",
    auto_error=False,
)

KEY_NEEDED = Security(_scheme)
"""A dependency that puts the scheme into the OpenAPI document, whence Swagger UI's *Authorize*.

It checks nothing: FastAPI would ask it after it has read the body. `app.route` does.
"""


class Unauthorised(HTTPException):
    """A request without an accepted key; `app.errors` answers it 401.

    HTTP wants a challenge with a 401, and has none for keys. This is FastAPI's own.
    """

    def __init__(self) -> None:
        """Say nothing about the key."""
        super().__init__(401, headers={"WWW-Authenticate": "APIKey"})


def new_key() -> str:
    """Return a new key, of 256 random bits."""
    return PREFIX + secrets.token_urlsafe(32)


def digest(key: bytes) -> bytes:
    """Return what the service keeps of ``key``: 32 bytes that do not lead back to it."""
    return sha256(key).digest()


def check_key(headers: Iterable[tuple[bytes, bytes]], accepted: Collection[bytes]) -> None:
    """Refuse a request that has none of the keys that are ``accepted``.

    Args:
        headers: The request's, as in an ASGI scope.
        accepted: Digests.

    Raises:
        Unauthorised: There is no key, or it is not accepted.
    """
    key = next((value for name, value in headers if name == _HEADER), b"")
    given = digest(key)
    # A list, so that each is compared: the time tells neither how much is right, nor of which.
    matches = [compare_digest(given, each) for each in accepted]
    if not key or not any(matches):
        raise Unauthorised


def announce(key: str) -> str:
    """Return ``key`` and its digest as text, with what to do with each."""
    return f"""\
key     {key}
        Give it to the caller, who sends it as {HEADER}. It is shown this once.
digest  {digest(key.encode()).hex()}
        Put it into the service's API_KEYS. Several are separated by commas."""
