"""The clinician's page at ``/``: type five measurements, or drop a spreadsheet, and see why.

Its files are in `app/static`.
"""

from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request
from starlette.responses import HTMLResponse, Response

from app.files import add_files, answer, read

FOLDER = Path(__file__).parent / "static"
"""Where the page's files are."""

PAGE = "index.html"
"""The page itself. All addresses in it are relative, so that it works below any path."""

MEDIA_TYPES = {
    "answer.js": "text/javascript",
    "batch.js": "text/javascript",
    "elements.js": "text/javascript",
    "form.js": "text/javascript",
    "icon.svg": "image/svg+xml",
    "key.js": "text/javascript",
    "main.js": "text/javascript",
    "numbers.js": "text/javascript",
    "plots.js": "text/javascript",
    "service.js": "text/javascript",
    "sheet.js": "text/javascript",
    "spreadsheet.js": "text/javascript",
    "style.css": "text/css",
    "table.js": "text/javascript",
}
"""What there is below ``/static/``. No other name is looked for anywhere."""

POLICY = (
    "default-src 'none'; "
    "script-src 'self'; "
    "style-src 'self'; "
    "img-src 'self'; "  # The icon.
    "connect-src 'self'; "  # This service, which is all that the page ever asks.
    "base-uri 'none'; "
    "form-action 'none'; "  # Its script sends the form; a browser never does.
    "frame-ancestors 'none'"
)
"""The page's Content-Security-Policy: files from here alone, and nothing inline."""

_IN_OPENAPI: dict[str, Any] = {
    "summary": "A page for people",
    "response_class": HTMLResponse,
    "response_description": "The page, as HTML.",
}


def add_page(app: FastAPI) -> None:
    """Serve the page at ``/`` of ``app``, and its files below ``/static/``."""
    app.get("/", **_IN_OPENAPI)(_show_page)
    # FastAPI answers HEAD with 405, whatever answers GET.
    app.add_route("/", _show_page, methods=["HEAD"], include_in_schema=False)
    add_files(app, "/static", FOLDER, MEDIA_TYPES)


async def _show_page(request: Request) -> Response:
    """Return a page on which a person predicts one observation or a spreadsheet of them."""
    return answer(request, read(FOLDER / PAGE, "text/html"), POLICY)
