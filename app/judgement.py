"""The endpoints that judge observations: predict or explain them, one or many."""

from collections import Counter
from collections.abc import Sequence
from functools import partial
from itertools import chain
from typing import Annotated, Any, TypeVar

from fastapi import Body, Request
from pydantic.json_schema import SkipJsonSchema

from app.answers import PREDICTIONS, Prediction, Refusal
from app.explanation import Explanation, explanation
from app.observation import EXAMPLES, Observation, Values
from app.reading import ROWS
from app.requestlog import Entry, entry_of
from model import InputWarning, PredictionResult, Scorecard

_EXAMPLES: dict[str, Any] = {
    name: {"summary": f"predicted {name}", "value": value} for name, value in EXAMPLES.items()
}
_BATCH_EXAMPLES: dict[str, Any] = {
    "two": {"summary": "two observations", "value": list(EXAMPLES.values())}
}

One = Annotated[Observation, Body(openapi_examples=_EXAMPLES)]
# A row that is no observation is handed over as its refusal. That is nothing a caller can send.
Row = Values | SkipJsonSchema[Refusal]
Many = Annotated[list[Row], Body(min_length=1, max_length=ROWS, openapi_examples=_BATCH_EXAMPLES)]


Answer = TypeVar("Answer")


class Judgement:
    """The endpoints, for FastAPI to make routes of. Each leaves what it found in the log."""

    def __init__(self, scorecard: Scorecard, *, observed: bool = False) -> None:
        """Judge with ``scorecard``; ``observed`` by telemetry, which wants to know all of it."""
        self._scorecard = scorecard
        self._observed = observed

    async def predict(self, request: Request, observation: One) -> Prediction:
        """Predict whether the tumour in one scan is malignant (1) or benign (0)."""
        verdict, _ = self._judge(request, observation.values())
        return PREDICTIONS[verdict.label]

    async def explain(self, request: Request, observation: One) -> Explanation:
        """Predict, and say why: what each measurement adds, and what should be checked."""
        values = observation.values()
        return explanation(self._scorecard, values, *self._judge(request, values))

    async def predict_batch(
        self, request: Request, observations: Many
    ) -> list[Prediction | Refusal]:
        """Predict each observation of an array; the answers are in its order and number.

        What is not an observation gets a refusal of its own in its place, with status 400.
        """
        rows, entry = _rows(request, observations)
        if self._observed:
            labels = [verdict.label for verdict in self._judge_all(entry, rows)[0]]
        else:  # Nothing more is told of them, and to find it out would take as long again.
            labels = [*map(self._scorecard.label, rows)]
        return _in_place(observations, [PREDICTIONS[label] for label in labels])

    async def explain_batch(
        self, request: Request, observations: Many
    ) -> list[Explanation | Refusal]:
        """Explain each observation of an array; the answers are in its order and number.

        What is not an observation gets a refusal of its own in its place, with status 400.
        """
        rows, entry = _rows(request, observations)
        judged = self._judge_all(entry, rows)
        explain = partial(explanation, self._scorecard)
        return _in_place(observations, [*map(explain, rows, *judged)])

    def _judge(
        self, request: Request, values: Sequence[float]
    ) -> tuple[PredictionResult, Sequence[InputWarning]]:
        verdict = self._scorecard.result(self._scorecard.score(values))
        entry = entry_of(request.scope)
        entry.prediction, entry.decision = verdict.label, verdict.decision
        entry.cautions = cautions = self._scorecard.warnings(values)
        return verdict, cautions

    def _judge_all(
        self, entry: Entry, rows: Sequence[Values]
    ) -> tuple[Sequence[PredictionResult], Sequence[Sequence[InputWarning]]]:
        verdicts = [*map(self._scorecard.result, map(self._scorecard.score, rows))]
        cautions = self._scorecard.warnings_for_rows(rows)
        entry.judged = Counter([(verdict.label, verdict.decision) for verdict in verdicts])
        entry.cautions = [*chain.from_iterable(cautions)]
        return verdicts, cautions


def _rows(request: Request, sent: Sequence[Values | Refusal]) -> tuple[Sequence[Values], Entry]:
    """Return the observations among what was sent, and what is told of it, with their number."""
    rows = [row for row in sent if not isinstance(row, Refusal)]
    entry = entry_of(request.scope)
    entry.rows, entry.refused = len(sent), len(sent) - len(rows)
    return rows, entry


def _in_place(
    rows: Sequence[Values | Refusal], answers: Sequence[Answer]
) -> list[Answer | Refusal]:
    """Return each row's answer, and each refusal where it stands."""
    if len(answers) == len(rows):
        return [*answers]
    given = iter(answers)
    return [row if isinstance(row, Refusal) else next(given) for row in rows]
