"""The application with two faults: an exception that quotes measurements, and leaks.

``app`` runs under an ASGI server, ``handler`` on Lambda. They differ from the service's own in
these faults alone: importing `app.main` configures the logging.
"""

import logging
import sys
from dataclasses import fields
from functools import cache
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from fastapi import FastAPI
from opentelemetry.trace import get_current_span
from starlette.types import ASGIApp, Receive, Scope, Send

from app.main import create_app
from model import Scorecard, load
from tests.canary import CANARY, FATAL, Request

if TYPE_CHECKING:  # The servers under test start without it, as the service does.
    from app.observability.telemetry import Telemetry

LEAK = Request("GET", f"/leak/{CANARY}")
"""A request whose path is leaked by `Leaky`."""


class FaultyScorecard(Scorecard):
    """Raises an exception at `FATAL`, with the values in its message."""

    def score(self, values: Any) -> float:
        if values[2] == FATAL["worstTexture"]:
            raise ValueError(f"cannot score {values}")
        return super().score(values)


class Leaky:
    """Leaks the path of `LEAK` to each channel that the tests examine."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        if path == LEAK.path:
            logging.getLogger("leaky").debug("requested: %s", path)
            print(path, flush=True)
            print(path, file=sys.stderr, flush=True)
            get_current_span().update_name(path)
        await self.app(scope, receive, send)


def faulty_app(telemetry: "Telemetry | None" = None) -> FastAPI:
    """Return the application with both faults."""
    valid = load()
    arguments = {each.name: getattr(valid, each.name) for each in fields(Scorecard) if each.init}
    faulty = create_app(FaultyScorecard(**arguments), telemetry=telemetry)
    faulty.add_middleware(Leaky)
    return faulty


app = faulty_app()


def handler(event: Any, context: Any) -> Any:
    """Handle an invocation as `app.lambda_handler.handler` does."""
    return _lambda_handler()(event, context)


@cache
def _lambda_handler() -> Any:
    with patch("app.main.app", app):  # The only way into the real handler.
        from app.lambda_handler import handler  # noqa: PLC0415

        return handler
