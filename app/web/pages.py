"""The clinician's page, the model card and Swagger UI.

All URLs in these pages are relative, so they work below any path prefix. Each page has a
Content-Security-Policy that allows files of this service only, and nothing inline.
"""

from collections.abc import Awaitable, Callable
from pathlib import Path

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from app.middleware.security_headers import SecurityHeadersMiddleware
from model import ARTIFACTS

STATIC = Path(__file__).parent / "static"
"""Folder of the pages, scripts and style sheets."""

FIGURES = ARTIFACTS / "figures"
"""Folder of the model card's figures."""

_STRICT = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

PAGE_POLICY = f"{_STRICT}; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'"
"""Content-Security-Policy of the clinician's page."""

DOCS_POLICY = PAGE_POLICY.replace("img-src 'self'", "img-src 'self' data:")
"""Content-Security-Policy of Swagger UI, whose style sheet has icons as data URLs."""

CARD_POLICY = f"{_STRICT}; style-src 'self'; img-src 'self'"
"""Content-Security-Policy of the model card."""

FIGURE_POLICY = f"{_STRICT}; style-src 'unsafe-inline'"
"""Content-Security-Policy of a figure opened by itself; matplotlib writes inline styles."""


def add_pages(app: FastAPI) -> None:
    """Add the pages and their static files to ``app``, which needs ``docs_url=None``."""
    _add_home_page(app)
    show_card = _page(ARTIFACTS / "card.html", CARD_POLICY)
    show_docs = _page(STATIC / "docs.html", DOCS_POLICY)
    app.add_route("/card", show_card, include_in_schema=False)
    app.add_route("/docs", show_docs, include_in_schema=False)
    # Starlette locates the package without importing it.
    swagger_ui = StaticFiles(packages=[("fastapi_swagger", "resources")])
    app.mount("/card", _with_headers(StaticFiles(directory=FIGURES), FIGURE_POLICY))
    app.mount("/docs", _with_headers(swagger_ui))
    app.mount("/static", _with_headers(StaticFiles(directory=STATIC)))


def _add_home_page(app: FastAPI) -> None:
    show_home_page = _page(STATIC / "index.html", PAGE_POLICY)
    app.get(
        "/",
        name="home_page",
        summary="The page for clinicians",
        description="Return a page that predicts one observation or a CSV file of them.",
        response_class=HTMLResponse,
        response_description="The page, as HTML.",
    )(show_home_page)
    # Unlike Starlette, FastAPI doesn't add HEAD to GET.
    app.add_route("/", show_home_page, methods=["HEAD"], include_in_schema=False)


def _page(path: Path, policy: str) -> Callable[[Request], Awaitable[FileResponse]]:
    """Return an endpoint that sends the HTML file at ``path``."""

    async def show_page(_: Request) -> FileResponse:
        return FileResponse(path, headers=_headers(policy))

    return show_page


def _with_headers(static_files: StaticFiles, policy: str | None = None) -> ASGIApp:
    return SecurityHeadersMiddleware(static_files, _headers(policy))


def _headers(policy: str | None) -> dict[str, str]:
    # A browser keeps the file and revalidates it, as a deployment may have changed it.
    headers = {"Cache-Control": "no-cache"}
    return headers | {"Content-Security-Policy": policy} if policy else headers
