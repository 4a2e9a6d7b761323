"""Swagger UI at ``/docs``, all of it served from here, so that it needs no network.

The files are those of the package fastapi-swagger, which carries Swagger UI as published and
asks for nothing but FastAPI. They are read when they are asked for, and the package itself
is never imported, so a cold start doesn't pay for either.
"""

from functools import cache
from html import escape
from importlib.util import find_spec
from pathlib import Path

from fastapi import FastAPI, HTTPException, Request
from starlette.responses import Response

from app.files import File, answer, tagged

PACKAGE = "fastapi_swagger"
"""The package that carries Swagger UI."""

MEDIA_TYPES = {
    "favicon-32x32.png": "image/png",
    "start.js": "text/javascript",
    "swagger-ui-bundle.js": "text/javascript",
    "swagger-ui.css": "text/css",
}
"""What there is below ``/docs/``. No other name is looked for anywhere."""

POLICY = (
    "default-src 'none'; "
    "script-src 'self'; "
    "style-src 'self'; "
    "img-src 'self' data:; "  # The icons in Swagger UI's style sheet are data URLs.
    "connect-src 'self'; "  # /openapi.json, and what *Try it out* sends.
    "base-uri 'none'; "
    "form-action 'none'; "
    "frame-ancestors 'none'"
)
"""The page's Content-Security-Policy: files from here alone, and nothing inline."""

# Every address is relative to the page's own, so that it works below any path: also where a
# proxy takes one off and tells nobody. A policy without 'unsafe-inline' is why there is no
# script and no style in it.
_PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title} - Swagger UI</title>
<link rel="icon" type="image/png" href="docs/favicon-32x32.png">
<link rel="stylesheet" href="docs/swagger-ui.css">
</head>
<body>
<div id="swagger-ui"></div>
<script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>
</body>
</html>
"""

# Without validatorUrl, a service that isn't on localhost has its address sent to
# validator.swagger.io.
_START = b"""\
"use strict";
SwaggerUIBundle({
  dom_id: "#swagger-ui",
  url: "openapi.json",
  deepLinking: true,
  validatorUrl: null,
});
"""


def add_docs(app: FastAPI) -> None:
    """Serve Swagger UI at ``/docs`` of ``app``, which was made with ``docs_url=None``.

    It shows what ``/openapi.json`` says at the time.
    """
    page = tagged(_PAGE.format(title=escape(app.title)).encode(), "text/html")

    async def show_page(request: Request) -> Response:
        return answer(request, page, POLICY)

    app.add_route("/docs", show_page, include_in_schema=False)
    app.add_route("/docs/{name}", _show_file, include_in_schema=False)


async def _show_file(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in MEDIA_TYPES:
        raise HTTPException(404)
    return answer(request, _read(name))


@cache
def _read(name: str) -> File:
    """Return the file of that name, kept from the first time: hashing it takes milliseconds."""
    content = _START if name == "start.js" else (_folder() / name).read_bytes()
    return tagged(content, MEDIA_TYPES[name])


def _folder() -> Path:
    # Finding a package, unlike importlib.resources, doesn't run it.
    spec = find_spec(PACKAGE)
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "resources"
