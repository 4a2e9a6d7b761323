"""The ASGI application.

``app.main:app`` is what uvicorn serves. Importing this module loads and verifies the
model once, and fails when it cannot be trusted, so no process ever serves a bad one.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI

import model
from app import __version__
from app.description import Health, ModelDescription, describe
from app.errors import handle_errors
from app.judgement import Judgement
from app.keys import KEY_NEEDED
from app.observation import require_features
from app.openapi import BATCH_REFUSALS, FAILURE, KEY_REFUSALS, REFUSALS, Service
from app.requestlog import RequestLog
from app.route import BatchRoute, ObservationRoute, Shortcut, configured
from app.settings import Settings
from app.web.pages import add_pages

if TYPE_CHECKING:  # It imports OpenTelemetry's SDK, which not every deployment has.
    from app.telemetry import Telemetry

DESCRIPTION = """
Predicts from five measurements of the cell nuclei in a breast scan whether the tumour is
malignant (1) or benign (0), and says why. Every answer about an observation, also a refusal,
has the keys `reason`, `prediction` and `status`, which is the HTTP status.

The model is a research example trained on one historical data set, not a medical device.
"""


def create_app(
    scorecard: model.Scorecard,
    settings: Settings | None = None,
    telemetry: "Telemetry | None" = None,
) -> FastAPI:
    """Return the service for ``scorecard``, a loaded model.

    Args:
        scorecard: The model to serve.
        settings: How to serve it; by default, as the defaults of `Settings` say.
        telemetry: Where spans and metrics go, as `app.telemetry` makes it; nowhere if None.

    Raises:
        ContractMismatch: The model's features are not the request's fields.
    """
    require_features(scorecard)
    settings = settings or Settings()
    app = Service(
        title="Breast tumour classifier",
        version=__version__,
        description=DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        telemetry=telemetry.config if telemetry else None,
    )
    with _without_pydantic_v1():
        observed = telemetry is not None
        _add_judgement(app, Judgement(scorecard, observed=observed), settings)
        _add_description(app, scorecard)
        add_pages(app)
    # Each of these stands around those before it.
    if telemetry is None:
        # FastAPI tells telemetry of the route that it finds, so there it has to look for it.
        routes = (route for route in app.routes if isinstance(route, ObservationRoute))
        app.add_middleware(Shortcut, routes=[*routes])
    handle_errors(app)
    observe = telemetry.observe if telemetry else None
    app.add_middleware(RequestLog, digest=scorecard.digest, observe=observe)
    if settings.cors_origins:
        # Few deployments use it.
        from app.cors import allow_origins

        allow_origins(app, settings.cors_origins)
    return app


def _add_judgement(app: FastAPI, judgement: Judgement, settings: Settings) -> None:
    needed = bool(settings.api_keys)
    one, many = (configured(kind, settings) for kind in (ObservationRoute, BatchRoute))
    for path, summary, endpoint, kind in (
        ("/predict", "Predict one observation", judgement.predict, one),
        ("/explain", "Predict one observation, and say why", judgement.explain, one),
        ("/predict/batch", "Predict many observations", judgement.predict_batch, many),
        ("/explain/batch", "Explain many observations", judgement.explain_batch, many),
        (
            "/",
            "The same as /predict, for clients that know only the address",
            judgement.predict,
            one,
        ),
    ):
        app.router.add_api_route(
            path,
            endpoint,
            methods=["POST"],
            summary=summary,
            responses=(BATCH_REFUSALS if kind is many else REFUSALS)
            | (KEY_REFUSALS if needed else {}),
            dependencies=[KEY_NEEDED] if needed else None,
            route_class_override=kind,
        )


def _add_description(app: FastAPI, scorecard: model.Scorecard) -> None:
    @app.get("/model", summary="What the served model is", responses=FAILURE)
    async def describe_model() -> ModelDescription:
        """Return the whole model: its step functions, referral band, evidence and origin."""
        return describe(scorecard)

    @app.get("/health", summary="Whether the service can predict", responses=FAILURE)
    async def check_health() -> Health:
        """Return 200: without a verified model the service does not start."""
        return Health(model=scorecard.digest)


@contextmanager
def _without_pydantic_v1() -> Iterator[None]:
    """Keep FastAPI from importing `pydantic.v1` to see that no route uses a model of it.

    That import is 20 ms, a sixteenth of a cold start. FastAPI does without it where it
    cannot be imported, which is what None in `sys.modules` means to Python.
    """
    if "pydantic.v1" in sys.modules:
        yield
        return
    modules: dict[str, Any] = sys.modules
    modules["pydantic.v1"] = None
    try:
        yield
    finally:
        del modules["pydantic.v1"]


def _telemetry(settings: Settings) -> "Telemetry | None":
    if settings.telemetry == "off":
        return None
    from app.telemetry import from_environment

    return from_environment()


def _from_environment() -> FastAPI:
    settings = Settings.from_environment(os.environ)
    return create_app(model.load(), settings, _telemetry(settings))


app = _from_environment()
