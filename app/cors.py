"""Pages of other sites that may call the service. Imported only where some may."""

from collections.abc import Sequence

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware

from app.keys import HEADER


def allow_origins(app: FastAPI, origins: Sequence[str]) -> None:
    """Let pages of ``origins`` call ``app``, and read its refusals too.

    Without cookies, of which it has none. To be called last, so that it stands outermost.
    """
    app.add_middleware(
        CORSMiddleware,
        allow_origins=origins,
        allow_methods=["GET", "POST"],
        allow_headers=["Content-Type", HEADER, "X-Request-ID"],
        expose_headers=["X-Request-ID"],
    )
