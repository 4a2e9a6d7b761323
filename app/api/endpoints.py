"""The endpoints of the API, and their routes."""

from collections import Counter
from collections.abc import Sequence
from itertools import chain
from typing import Annotated, Any, TypeVar

from fastapi import Body, Request
from pydantic.json_schema import SkipJsonSchema

from app.api.explanations import describe, explain
from app.api.openapi import (
    ERRORS,
    EXPLAIN_BATCH_ERRORS,
    PREDICT_BATCH_ERRORS,
    SERVER_ERROR,
    Operation,
)
from app.api.parsing import MAX_EXPLAINED_ROWS, MAX_ROWS
from app.api.routing import BatchEndpoint, JsonEndpoint, ObservationEndpoint
from app.api.schemas import (
    EXAMPLES,
    ErrorResponse,
    Explanation,
    Health,
    ModelDescription,
    Prediction,
    Values,
)
from app.middleware.request_log import log_context
from model import InputWarning, PredictionResult, Scorecard

PREDICTIONS = {0: Prediction(prediction=0), 1: Prediction(prediction=1)}
"""The two possible predictions, by label."""

_EXAMPLES: dict[str, Any] = {
    name: {"summary": f"predicted {name}", "value": value} for name, value in EXAMPLES.items()
}
_BATCH_EXAMPLES: dict[str, Any] = {
    "two": {"summary": "two observations", "value": list(EXAMPLES.values())}
}

# These annotations are for the OpenAPI document. `app.api.parsing` validates the body.
Input = Annotated[Values, Body(openapi_examples=_EXAMPLES)]
# The parser replaces an invalid row by its error response, which is not part of the request.
InputRow = Values | SkipJsonSchema[ErrorResponse]
PredictRows = Annotated[
    list[InputRow], Body(min_length=1, max_length=MAX_ROWS, openapi_examples=_BATCH_EXAMPLES)
]
ExplainRows = Annotated[
    list[InputRow],
    Body(min_length=1, max_length=MAX_EXPLAINED_ROWS, openapi_examples=_BATCH_EXAMPLES),
]


Response = TypeVar("Response", Prediction, Explanation)


class Endpoints:
    """The endpoints for one model. Each notes its outcome in the request's `LogContext`."""

    def __init__(self, scorecard: Scorecard, *, count_outcomes: bool = False) -> None:
        """Serve ``scorecard``.

        Args:
            scorecard: The model.
            count_outcomes: Whether a batch of predictions is counted by decision and warning,
                as telemetry needs it. It takes twice as long.
        """
        self._scorecard = scorecard
        self._count_outcomes = count_outcomes

    async def predict(self, request: Request, values: Input) -> Prediction:
        """Predict whether the tumour in one scan is malignant (1) or benign (0)."""
        result, _ = self._predict_one(request, values)
        return PREDICTIONS[result.label]

    async def explain(self, request: Request, values: Input) -> Explanation:
        """Predict, and give the reasons: each measurement's effect, and warnings to check."""
        return explain(self._scorecard, values, *self._predict_one(request, values))

    def predict_batch(
        self, request: Request, rows: PredictRows
    ) -> list[Prediction | ErrorResponse]:
        """Predict each observation of an array. Responses are in the same order.

        An invalid row gets an error response of its own in its place, with status 400.
        """
        valid = _valid_rows(request, rows)
        if self._count_outcomes:
            labels = [result.label for result, _ in self._predict_many(request, valid)]
        else:
            labels = [self._scorecard.label(values) for values in valid]
        return _in_order(rows, [PREDICTIONS[label] for label in labels])

    def explain_batch(
        self, request: Request, rows: ExplainRows
    ) -> list[Explanation | ErrorResponse]:
        """Explain each observation of an array. Responses are in the same order.

        An invalid row gets an error response of its own in its place, with status 400.
        """
        valid = _valid_rows(request, rows)
        results = self._predict_many(request, valid)
        explained = [
            explain(self._scorecard, values, result, warnings)
            for values, (result, warnings) in zip(valid, results, strict=True)
        ]
        return _in_order(rows, explained)

    async def describe_model(self) -> ModelDescription:
        """Return the whole model: its step functions, referral band, evidence and origin."""
        return describe(self._scorecard)

    async def check_health(self) -> Health:
        """Return 200: without a verified model the service does not start."""
        return Health(model=self._scorecard.digest)

    def _predict_one(
        self, request: Request, values: Sequence[float]
    ) -> tuple[PredictionResult, Sequence[InputWarning]]:
        result = self._scorecard.predict(values)
        warnings = self._scorecard.warnings(values)
        context = log_context(request.scope)
        context.prediction, context.decision = result.label, result.decision
        context.warnings = warnings
        return result, warnings

    def _predict_many(
        self, request: Request, rows: Sequence[Sequence[float]]
    ) -> list[tuple[PredictionResult, Sequence[InputWarning]]]:
        results = [self._scorecard.predict(values) for values in rows]
        warnings = self._scorecard.warnings_for_rows(rows)
        context = log_context(request.scope)
        context.outcomes = Counter((result.label, result.decision) for result in results)
        context.warnings = [*chain.from_iterable(warnings)]
        return [*zip(results, warnings, strict=True)]


def operations_of(endpoints: Endpoints) -> list[Operation]:
    """Return the operations of the API: each method and path with its endpoint."""
    predict = ObservationEndpoint(endpoints.predict)
    explain_one = ObservationEndpoint(endpoints.explain)
    predict_batch = BatchEndpoint(endpoints.predict_batch, MAX_ROWS)
    explain_batch = BatchEndpoint(endpoints.explain_batch, MAX_EXPLAINED_ROWS)
    model = JsonEndpoint(endpoints.describe_model)
    health = JsonEndpoint(endpoints.check_health)
    return [
        Operation("POST", "/predict", predict, "Predict one observation", ERRORS),
        Operation("POST", "/explain", explain_one, "Explain one prediction", ERRORS),
        Operation(
            "POST",
            "/predict/batch",
            predict_batch,
            "Predict many observations",
            PREDICT_BATCH_ERRORS,
        ),
        Operation(
            "POST",
            "/explain/batch",
            explain_batch,
            "Explain many predictions",
            EXPLAIN_BATCH_ERRORS,
        ),
        Operation("POST", "/", predict, "The same as /predict", ERRORS),
        Operation("GET", "/model", model, "Describe the served model", SERVER_ERROR),
        Operation("GET", "/health", health, "Check the service", SERVER_ERROR),
    ]


def _valid_rows(
    request: Request, rows: Sequence[Sequence[float] | ErrorResponse]
) -> list[Sequence[float]]:
    """Return the valid ones of ``rows``, and note how many there are of each kind."""
    valid = [row for row in rows if not isinstance(row, ErrorResponse)]
    context = log_context(request.scope)
    context.rows, context.rejected = len(rows), len(rows) - len(valid)
    return valid


def _in_order(
    rows: Sequence[Sequence[float] | ErrorResponse], responses: Sequence[Response]
) -> list[Response | ErrorResponse]:
    """Return the response to each valid row, and each error response in its place."""
    remaining = iter(responses)
    return [row if isinstance(row, ErrorResponse) else next(remaining) for row in rows]
