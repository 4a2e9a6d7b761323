"""Files that a browser loads: kept by it, and asked for again only to see whether they changed."""

from dataclasses import dataclass
from hashlib import sha256

from fastapi import Request
from starlette.responses import Response


@dataclass(frozen=True, slots=True)
class File:
    """What a browser is sent, and the tag by which it knows it again.

    Attributes:
        content: All of it.
        media_type: Such as ``text/css``.
        tag: Its ETag.
    """

    content: bytes
    media_type: str
    tag: str


def tagged(content: bytes, media_type: str) -> File:
    """Return ``content`` as a file, with the same tag from every process that serves it."""
    return File(content, media_type, f'"{sha256(content).hexdigest()[:32]}"')


def answer(request: Request, file: File, policy: str | None = None) -> Response:
    """Return ``file``, or only that it is what the browser has, which then has no body.

    A browser keeps it but asks each time: it changes when another version is deployed.

    Args:
        request: What was asked.
        file: What is at its path.
        policy: The Content-Security-Policy of a page.
    """
    headers = {"Cache-Control": "no-cache", "ETag": file.tag}
    if policy:
        headers["Content-Security-Policy"] = policy
    known = request.headers.get("if-none-match", "").split(",")
    if file.tag in (tag.strip().removeprefix("W/") for tag in known):
        return Response(status_code=304, headers=headers)
    return Response(file.content, headers=headers, media_type=file.media_type)
