"""Files that a browser loads: kept by it, and asked for again only to see whether they changed.

They are read when they are first asked for, so a cold start doesn't pay for them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

from fastapi import FastAPI, HTTPException, Request
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


@cache
def read(path: Path, media_type: str) -> File:
    """Return the file at ``path``, kept from the first time."""
    return tagged(path.read_bytes(), media_type)


def add_files(
    app: FastAPI,
    prefix: str,
    folder: Path,
    media_types: Mapping[str, str],
    policy: str | None = None,
) -> None:
    """Serve those files of ``folder`` of which ``media_types`` are given, by name.

    No other name is looked for anywhere.

    Args:
        app: What serves them.
        prefix: The path below which they are.
        folder: Where they are read.
        media_types: What each is.
        policy: The Content-Security-Policy of each, if not that of any answer.
    """

    async def show(request: Request) -> Response:
        name = request.path_params["name"]
        if name not in media_types:
            raise HTTPException(404)
        return answer(request, read(folder / name, media_types[name]), policy)

    app.add_route(f"{prefix}/{{name}}", show, include_in_schema=False)


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
