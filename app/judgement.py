"""The endpoints that judge observations: predict or explain them, one or many."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Annotated, Any, NamedTuple, TypeVar

from fastapi import Body, Request
from pydantic.json_schema import SkipJsonSchema

from app.answers import Prediction, Refusal
from app.explanation import Explanation, explanation
from app.observation import EXAMPLES, Observation
from app.requestlog import Entry, entry_of
from app.route import ROWS
from model import Caution, Scorecard, Verdict

_EXAMPLES: dict[str, Any] = {
    name: {"summary": f"predicted {name}", "value": value} for name, value in EXAMPLES.items()
}
_BATCH_EXAMPLES: dict[str, Any] = {
    "two": {"summary": "two observations", "value": list(EXAMPLES.values())}
}

One = Annotated[Observation, Body(openapi_examples=_EXAMPLES)]
# A row that is no observation is handed over as its refusal. That is nothing a caller can send.
Row = Observation | SkipJsonSchema[Refusal]
Many = Annotated[list[Row], Body(min_length=1, max_length=ROWS, openapi_examples=_BATCH_EXAMPLES)]


class Judged(NamedTuple):
    """What is found out about one observation, whatever is answered."""

    values: Sequence[float]
    verdict: Verdict
    cautions: Sequence[Caution]


Answer = TypeVar("Answer", bound=Prediction)


class Judgement:
    """The endpoints, for FastAPI to make routes of. Each leaves what it found in the log."""

    def __init__(self, scorecard: Scorecard) -> None:
        """Judge with ``scorecard``."""
        self._scorecard = scorecard

    async def predict(self, request: Request, observation: One) -> Prediction:
        """Predict whether the tumour in one scan is malignant (1) or benign (0)."""
        return self._one(request, observation, self._predicted)

    async def explain(self, request: Request, observation: One) -> Explanation:
        """Predict, and say why: what each measurement adds, and what should be checked."""
        return self._one(request, observation, self._explained)

    async def predict_batch(
        self, request: Request, observations: Many
    ) -> list[Prediction | Refusal]:
        """Predict each observation of an array; the answers are in its order and number.

        What is not an observation gets a refusal of its own in its place, with status 400.
        """
        return self._many(request, observations, self._predicted)

    async def explain_batch(
        self, request: Request, observations: Many
    ) -> list[Explanation | Refusal]:
        """Explain each observation of an array; the answers are in its order and number.

        What is not an observation gets a refusal of its own in its place, with status 400.
        """
        return self._many(request, observations, self._explained)

    def _one(
        self, request: Request, observation: Observation, answer: Callable[[Judged], Answer]
    ) -> Answer:
        judged = self._judge(observation)
        entry = entry_of(request.scope)
        entry.prediction, entry.decision = judged.verdict.label, judged.verdict.decision
        _note(entry, [judged])
        return answer(judged)

    def _many(
        self, request: Request, rows: Sequence[Row], answer: Callable[[Judged], Answer]
    ) -> list[Answer | Refusal]:
        judged = [row if isinstance(row, Refusal) else self._judge(row) for row in rows]
        found = [row for row in judged if not isinstance(row, Refusal)]
        entry = entry_of(request.scope)
        entry.rows, entry.refused = len(rows), len(rows) - len(found)
        entry.judged = Counter((each.verdict.label, each.verdict.decision) for each in found)
        _note(entry, found)
        return [row if isinstance(row, Refusal) else answer(row) for row in judged]

    def _judge(self, observation: Observation) -> Judged:
        values = observation.values()
        verdict = self._scorecard.verdict(self._scorecard.score(values))
        return Judged(values, verdict, self._scorecard.cautions(values))

    def _predicted(self, judged: Judged) -> Prediction:
        return Prediction(prediction=judged.verdict.label)

    def _explained(self, judged: Judged) -> Explanation:
        return explanation(self._scorecard, *judged)


def _note(entry: Entry, judged: Iterable[Judged]) -> None:
    """Leave in ``entry`` how unusual the observations are."""
    cautions = [caution for each in judged for caution in each.cautions]
    entry.warnings = len(cautions)
    entry.outside = Counter(
        caution.features[0] for caution in cautions if caution.code == "outsideTrainingRange"
    )
