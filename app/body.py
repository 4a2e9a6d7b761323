"""A request's body: read as a whole, if it is JSON and not too large.

FastAPI's own `max_body_size` falls short of the contract: where a request declares too long a
body, it puts a plain text in the place of any answer, even of one that needs no body.
"""

from email.message import Message as EmailMessage

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope

_JSON = b"application/json"
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class BodyTooLarge(HTTPException):
    """A body that is, or says that it is, larger than the limit; `app.errors` answers it 413."""

    def __init__(self) -> None:
        """Have the connection closed, or the server would go on to receive the rest."""
        super().__init__(413, headers={"Connection": "close"})


async def read_json(scope: Scope, receive: Receive, limit: int) -> bytes:
    """Return the body of a request, unless it says that it is something other than JSON.

    An absent Content-Type passes: nothing here can be changed by a request, so there is
    nothing for a cross-site one to gain.

    Args:
        scope: The request's.
        receive: Gives the body.
        limit: How many bytes it may have.

    Raises:
        BodyTooLarge: It has more: of a declared length before the first byte is received, of
            another as soon as the limit is passed.
        ClientDisconnect: It ended before it was whole.
        HTTPException: 415, it is something other than JSON.
    """
    media_type = _JSON
    for name, value in scope["headers"]:
        if name == b"content-type":
            media_type = value
        # What is declared is only ever a reason to refuse: it may be untrue, or not be there.
        # Cut off, as Lambda lets through more digits than `int` takes.
        elif name == b"content-length" and value.isdigit() and int(value[:20]) > limit:
            raise BodyTooLarge
    body = await _read(receive, limit)
    if media_type not in (_JSON, b"") and body and not _is_json(media_type.decode("latin-1")):
        raise HTTPException(415)
    return body.removeprefix(_BYTE_ORDER_MARK)


async def _read(receive: Receive, limit: int) -> bytes:
    message = await receive()
    parts = [message.get("body", b"")]
    size = len(parts[0])
    while message.get("more_body") and size <= limit:
        message = await receive()
        parts.append(message.get("body", b""))
        size += len(parts[-1])
    if size > limit:
        raise BodyTooLarge
    if message["type"] != "http.request":
        raise ClientDisconnect
    return parts[0] if len(parts) == 1 else b"".join(parts)


def _is_json(media_type: str) -> bool:
    message = EmailMessage()
    message["content-type"] = media_type
    subtype = message.get_content_subtype()
    return message.get_content_maintype() == "application" and (
        subtype == "json" or subtype.endswith("+json")
    )
