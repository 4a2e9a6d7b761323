"""The ASGI application.

``app.main:app`` is what uvicorn serves. Importing this module loads and verifies the
model once, and fails when it cannot be trusted, so no process ever serves a bad one.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import Message
from typing import Annotated, Any

from fastapi import Body, Depends, FastAPI, HTTPException, Request
from starlette.responses import RedirectResponse, Response

import model
from app import __version__
from app.answers import Prediction, Refusal
from app.errors import REASONS, handle_errors
from app.observation import EXAMPLES, Observation, require_features

DESCRIPTION = """
Predicts from five measurements of the cell nuclei in a breast scan whether the tumour is
malignant (1) or benign (0). Every answer, also a refusal, has the same three keys, and
its `status` is the HTTP status.

The model is a research example trained on one historical data set, not a medical device.
"""

_OPENAPI_EXAMPLES: dict[str, Any] = {
    name: {"summary": f"predicted {name}", "value": value} for name, value in EXAMPLES.items()
}


def _refusal(status: int, description: str) -> dict[str, Any]:
    example = Refusal(reason=REASONS[status], status=str(status)).model_dump()
    content = {"application/json": {"example": example}}
    return {"model": Refusal, "description": description, "content": content}


REFUSALS: dict[int | str, dict[str, Any]] = {
    400: _refusal(400, "The body is not an observation; the reason tells what was expected."),
    415: _refusal(415, "The body was sent as something other than JSON."),
    500: _refusal(500, "The service failed."),
}


class Service(FastAPI):
    """A FastAPI application whose OpenAPI document leaves out FastAPI's own 422 answer."""

    def openapi(self) -> dict[str, Any]:
        """Return the OpenAPI document: what this service answers, and nothing else."""
        document = super().openapi()
        for path in document["paths"].values():
            for operation in path.values():
                operation["responses"].pop("422", None)
        for name in ("HTTPValidationError", "ValidationError"):
            document["components"]["schemas"].pop(name, None)
        return document


async def require_json(request: Request) -> None:
    """Refuse a body that says it is something other than JSON.

    Raises:
        HTTPException: 415. An absent Content-Type passes: nothing here can be changed by a
            request, so there is nothing for a cross-site one to gain.
    """
    stated = request.headers.get("content-type")
    if stated and not _is_json(stated) and await request.body():
        raise HTTPException(415)


def _is_json(media_type: str) -> bool:
    message = Message()
    message["content-type"] = media_type
    subtype = message.get_content_subtype()
    return message.get_content_maintype() == "application" and (
        subtype == "json" or subtype.endswith("+json")
    )


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


async def _to_docs(request: Request) -> Response:
    return RedirectResponse(request.scope.get("root_path", "") + "/docs")


def create_app(scorecard: model.Scorecard) -> FastAPI:
    """Return the service for ``scorecard``, a loaded model.

    Raises:
        ContractMismatch: The model's features are not the request's fields.
    """
    require_features(scorecard)
    app = Service(
        title="Breast tumour classifier",
        version=__version__,
        description=DESCRIPTION,
        redoc_url=None,
        redirect_slashes=False,
        strict_content_type=False,
    )
    handle_errors(app)
    app.add_route("/", _to_docs, include_in_schema=False)

    async def predict(
        observation: Annotated[Observation, Body(openapi_examples=_OPENAPI_EXAMPLES)],
    ) -> Prediction:
        """Predict whether the tumour in one scan is malignant (1) or benign (0)."""
        return Prediction(prediction=scorecard.label(observation.values()))

    paths = {
        "/predict": "Predict one observation",
        "/": "The same as /predict, for clients that know only the service's address",
    }
    with _without_pydantic_v1():
        for path, summary in paths.items():
            app.post(
                path,
                summary=summary,
                responses=REFUSALS,
                dependencies=[Depends(require_json)],
            )(predict)
    return app


app = create_app(model.load())
