"""The service with a model that fails on one observation, and, if asked to, with leaks."""

import logging
import sys
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI
from opentelemetry.trace import get_current_span
from starlette.types import ASGIApp, Receive, Scope, Send

import app.main
from app.__main__ import main
from model import Scorecard, load

if TYPE_CHECKING:  # The server under test starts without it, as the real one does.
    from app.telemetry import Telemetry


class Fragile(Scorecard):
    """Fails on `FATAL`, with the measurements in its message."""

    def score(self, values: Any) -> float:
        if values[2] == 0:
            raise ValueError(f"cannot judge {values}")
        return super().score(values)


class Leaky:
    """Tells what it shouldn't, in every way that is looked into here."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        logging.getLogger("leaky").debug("asked for %s", scope["path"])
        print(scope["path"])
        print(scope["path"], file=sys.stderr)
        get_current_span().update_name(scope["path"])
        await self.app(scope, receive, send)


def service(started: "Telemetry | None" = None, *, leaky: bool) -> FastAPI:
    kept = load()
    given = (each.name for each in fields(Scorecard) if each.init)
    fragile = Fragile(**{name: getattr(kept, name) for name in given})
    made = app.main.create_app(fragile, telemetry=started)
    if leaky:
        made.add_middleware(Leaky)
    return made


def serve(*, leaky: bool) -> None:
    """Serve the fragile service in the place of the real one, as ``python -m app`` does."""
    app.main.app = service(leaky=leaky)
    main()
