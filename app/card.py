"""The model's card at ``/card``: what the model is, how good it is, and what it is not for.

`training` writes the page and draws its figures, and they lie beside the scorecard.
"""

from pathlib import Path

from fastapi import FastAPI, Request
from starlette.responses import Response

from app.files import add_files, answer, read
from model import ARTIFACTS

PAGE = ARTIFACTS / "card.html"
"""The page."""

STYLE = Path(__file__).parent / "static" / "card.css"
"""Its style sheet."""

FIGURES = frozenset({"calibration.svg", "distribution.svg", "roc.svg", "steps.svg"})
"""What there is below ``/card/``. No other name is looked for anywhere."""

_NOWHERE = "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

POLICY = f"default-src 'none'; style-src 'self'; img-src 'self'; {_NOWHERE}"
"""The page's Content-Security-Policy: files from here alone, nothing inline, and no script."""

FIGURE_POLICY = f"default-src 'none'; style-src 'unsafe-inline'; {_NOWHERE}"
"""That of a figure which is opened by itself: matplotlib styles each stroke where it is."""


def add_card(app: FastAPI) -> None:
    """Serve the card at ``/card`` of ``app``, its figures below it, and its style sheet.

    To be called before anything else is served below ``/static/``.
    """
    app.add_route("/card", _show_page, include_in_schema=False)
    figures = dict.fromkeys(FIGURES, "image/svg+xml")
    add_files(app, "/card", ARTIFACTS / "figures", figures, FIGURE_POLICY)
    app.add_route("/static/card.css", _show_style, include_in_schema=False)


async def _show_page(request: Request) -> Response:
    return answer(request, read(PAGE, "text/html"), POLICY)


async def _show_style(request: Request) -> Response:
    return answer(request, read(STYLE, "text/css"))
