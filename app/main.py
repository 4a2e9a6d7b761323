"""The ASGI application: ``uvicorn app.main:app``.

Importing this module loads and verifies the model, and fails if it can't be trusted.
"""

import os
from typing import TYPE_CHECKING

from fastapi import FastAPI
from fastapi.telemetry import TelemetryConfig

import model
from app import __version__
from app.api.endpoints import Endpoints, operations_of
from app.api.errors import (
    add_exception_handlers,
    handle_http_exception,
    handle_unexpected_error,
)
from app.api.openapi import customize_openapi
from app.api.routing import add_routes
from app.api.schemas import require_features
from app.middleware.api_key import HEADER, ApiKeyMiddleware
from app.middleware.body_limit import BodyLimitMiddleware
from app.middleware.request_log import RequestLogMiddleware
from app.middleware.security_headers import SecurityHeadersMiddleware
from app.middleware.unhandled_errors import UnhandledErrorMiddleware
from app.observability.logs import configure_logging
from app.settings import Settings
from app.web.pages import add_pages

if TYPE_CHECKING:  # It imports OpenTelemetry's SDK, an optional dependency.
    from app.observability.telemetry import Telemetry

DESCRIPTION = """
Predicts from five measurements of the cell nuclei in a breast scan whether the tumour is
malignant (1) or benign (0), and gives the reasons. Every response about an observation, also
an error, has the keys `reason`, `prediction` and `status`, which is the HTTP status.

The model is a research example trained on one historical data set, not a medical device.
"""

# FastAPI would otherwise record paths and queries as soon as anything sets up OpenTelemetry.
NO_TELEMETRY: TelemetryConfig = {
    "tracing": False,
    "metrics": False,
    "logs": False,
    "auto_configure": False,
}


def create_app(
    scorecard: model.Scorecard,
    settings: Settings | None = None,
    telemetry: "Telemetry | None" = None,
) -> FastAPI:
    """Return the application that serves ``scorecard``.

    Args:
        scorecard: A loaded model.
        settings: The settings; defaults if None.
        telemetry: Where spans and metrics go; nowhere if None.

    Raises:
        FeatureMismatch: The model's features are not those of an `Observation`.
    """
    require_features(scorecard)
    settings = settings or Settings()
    app = FastAPI(
        title="Breast tumour classifier",
        version=__version__,
        description=DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        # Not `root_path`: Starlette would look for static files below it, which the proxy strips.
        servers=[{"url": settings.root_path}] if settings.root_path else None,
        telemetry=telemetry.config if telemetry else NO_TELEMETRY,
    )
    operations = operations_of(Endpoints(scorecard, count_outcomes=telemetry is not None))
    add_routes(app, [operation.route() for operation in operations])
    add_pages(app)
    customize_openapi(app, operations, key_required=bool(settings.api_keys))
    add_exception_handlers(app)
    add_middleware(app, scorecard.digest, settings, telemetry)
    return app


def add_middleware(
    app: FastAPI, digest: str, settings: Settings, telemetry: "Telemetry | None"
) -> None:
    """Add the middleware, innermost first: a request passes the last one first."""
    app.add_middleware(
        BodyLimitMiddleware, max_bytes=settings.body_limit, timeout=settings.body_timeout
    )
    if settings.api_keys:
        app.add_middleware(
            ApiKeyMiddleware,
            digests=[bytes.fromhex(each) for each in settings.api_keys],
            on_error=handle_http_exception,
        )
    app.add_middleware(UnhandledErrorMiddleware, handler=handle_unexpected_error)
    if settings.cors_origins:
        add_cors(app, settings.cors_origins)
    app.add_middleware(SecurityHeadersMiddleware)
    on_complete = telemetry.record if telemetry else None
    app.add_middleware(RequestLogMiddleware, digest=digest, on_complete=on_complete)


def add_cors(app: FastAPI, origins: tuple[str, ...]) -> None:
    """Let pages of ``origins`` call ``app``, without cookies."""
    from starlette.middleware.cors import CORSMiddleware  # Few deployments need it.

    app.add_middleware(
        CORSMiddleware,
        allow_origins=origins,
        allow_methods=["GET", "POST"],
        allow_headers=["Content-Type", HEADER, "X-Request-ID"],
        expose_headers=["X-Request-ID"],
    )


def create_telemetry(settings: Settings) -> "Telemetry | None":
    """Return telemetry that is configured by the OTEL_* variables, or None if it is off."""
    if settings.telemetry == "off":
        return None
    from app.observability.telemetry import from_environment

    return from_environment()


def app_from_environment() -> FastAPI:
    """Return the application with the settings in the environment."""
    settings = Settings.from_environment(os.environ)
    configure_logging(settings.log_format, settings.log_level)
    return create_app(model.load(), settings, create_telemetry(settings))


app = app_from_environment()
