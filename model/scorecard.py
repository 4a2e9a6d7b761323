"""The model in memory: five step functions, added up.

A gradient-boosting ensemble whose trees all have one split is additive: each tree looks
at one feature and adds one of two constants. Its trees therefore merge, without loss,
into one step function per feature, and a score is an intercept plus five look-ups.
"""

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise
from math import exp, isfinite
from operator import itemgetter
from typing import Any, Literal, NamedTuple

from model.band import Band, Decision
from model.features import FeatureInfo
from model.input_checks import FORMULAS, InputCheck, InputWarning


@dataclass(frozen=True, slots=True)
class Feature(FeatureInfo):
    """A measurement together with the step function that the model applies to it.

    Attributes:
        minimum: The smallest value seen in training, in the measurement's unit.
        maximum: The largest value seen in training, in the measurement's unit.
        thresholds: Strictly increasing upper bounds, inclusive, of every step but the
            last, in the measurement's unit.
        points: The log-odds each step adds to the score; one more than thresholds.

    Raises:
        ValueError: The table is not a step function.
    """

    minimum: float
    maximum: float
    thresholds: tuple[float, ...]
    points: tuple[float, ...]

    def __post_init__(self) -> None:
        """Refuse a table that is not a step function."""
        numbers = (self.minimum, self.maximum, *self.thresholds, *self.points)
        if not all(isinstance(number, (int, float)) and isfinite(number) for number in numbers):
            raise ValueError(f"feature {self.name!r} has an entry that is not a finite number")
        if self.minimum > self.maximum:
            raise ValueError(f"feature {self.name!r} has a minimum above its maximum")
        if any(lower >= upper for lower, upper in pairwise(self.thresholds)):
            raise ValueError(f"feature {self.name!r} has thresholds that do not increase")
        if len(self.points) != len(self.thresholds) + 1:
            raise ValueError(f"feature {self.name!r} needs one more point than thresholds")

    def contribution(self, value: float) -> float:
        """Return the log-odds that a finite ``value`` of this feature adds to the score.

        Raises:
            ValueError: ``value`` is NaN or infinite. It would otherwise fall silently
                into the first or last step. The message does not repeat it.
        """
        if not isfinite(value):
            raise ValueError(f"{self.name!r} must be a finite number")
        return self.points[bisect_left(self.thresholds, value)]

    def in_range(self, value: float) -> bool:
        """Return whether ``value`` is within what was seen in training."""
        return self.minimum <= value <= self.maximum

    def decreasing_steps(self) -> tuple[int, ...]:
        """Return the steps that add less than the step before, counted from 0.

        There a larger value speaks less for malignancy, as no table for this disease
        would have it by design: it is how the fit followed its patients.
        """
        steps = enumerate(pairwise(self.points), start=1)
        return tuple(step for step, (before, points) in steps if points < before)


class PredictionResult(NamedTuple):
    """What follows from a score, worked out once.

    Attributes:
        score: The log-odds that the tumour is malignant.
        probability: The same as an estimated probability, 0 to 1.
        label: 1 for malignant or 0 for benign, as scikit-learn predicts.
        decision: What is decided, by the model or by a person.
    """

    score: float
    probability: float
    label: Literal[0, 1]
    decision: Decision


_Limits = tuple[float, float, InputWarning, InputWarning]  # and what is said below and above them
# How a quantity is computed, its bounds, what it is computed from, and what is said without them.
_Check = tuple[
    Callable[..., float], float, float, Callable[[Sequence[Any]], tuple[Any, ...]], InputWarning
]


def _derived() -> Any:
    return field(init=False, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Scorecard:
    """A verified additive classifier of breast tumours.

    Every method takes ``values``: one finite float per feature, in the order of
    ``features``. All raise ``ValueError`` for another number of values, and all that add
    up a score for one that is NaN or infinite.

    Attributes:
        features: The model's inputs, in order.
        intercept: The score before any feature is looked at, in log-odds: that of the
            share of malignant tumours in the training data.
        classes: What each label means: ``{0: "benign", 1: "malignant"}``.
        band: The probabilities at which a person decides.
        relations: What ties the measurements of one scan together.
        provenance: Where the numbers come from: the scikit-learn version, the training
            data and its hash, the parameters and the headline metrics.
        digest: The SHA-256 of the scorecard file's content, 64 hexadecimal digits.

    Raises:
        ValueError: A relation is about a feature that is not among ``features``.
    """

    features: tuple[Feature, ...]
    intercept: float
    classes: Mapping[int, str]
    band: Band
    input_checks: tuple[InputCheck, ...]
    provenance: Mapping[str, Any]
    digest: str
    # The same laid out as it is evaluated, which takes half the time.
    _steps: tuple[tuple[Sequence[float], Sequence[float]], ...] = _derived()
    _limits: tuple[_Limits, ...] = _derived()
    _checks: tuple[_Check, ...] = _derived()

    def __post_init__(self) -> None:
        """Lay the table out."""
        names = [feature.name for feature in self.features]
        derive = partial(object.__setattr__, self)  # It is frozen.
        derive("_steps", tuple((each.thresholds, each.points) for each in self.features))
        derive("_limits", tuple(map(_limits, self.features)))
        derive("_checks", tuple(_check(relation, names) for relation in self.input_checks))

    def score(self, values: Sequence[float]) -> float:
        """Return the log-odds that the tumour is malignant.

        It equals scikit-learn's ``decision_function`` to within 1e-12, up to the largest
        float32 (3.4e38), beyond which scikit-learn refuses a value.
        """
        # A sum is not finite unless all are, though finite ones may overflow it.
        if len(values) != len(self._steps) or not isfinite(sum(values)):
            self.contributions(values)  # It says what is wrong, if something is.
        total = self.intercept
        # Added one by one: since Python 3.12 sum() compensates, and the last bit would
        # depend on the interpreter.
        for (thresholds, points), value in zip(self._steps, values):  # noqa: B905 looked at above, and slower
            total += points[bisect_left(thresholds, value)]
        return total

    def probability(self, values: Sequence[float]) -> float:
        """Return the estimated probability, 0 to 1, that the tumour is malignant."""
        return self.result(self.score(values)).probability

    def label(self, values: Sequence[float]) -> Literal[0, 1]:
        """Return 1 for malignant or 0 for benign, as scikit-learn's ``predict`` does."""
        return _label(self.score(values))

    def contributions(self, values: Sequence[float]) -> dict[str, float]:
        """Return each feature's log-odds by request name.

        Added to the intercept in the order given, they are the score to the last bit.
        """
        pairs = zip(self.features, values, strict=True)
        return {feature.name: feature.contribution(value) for feature, value in pairs}

    def decision(self, values: Sequence[float]) -> Decision:
        """Return "benign" or "malignant", or "refer" where a person is to decide."""
        return self.result(self.score(values)).decision

    def result(self, score: float) -> PredictionResult:
        """Return all that follows from ``score``, which is one that `score` returned."""
        probability = 1.0 / (1.0 + exp(-score))
        return PredictionResult(score, probability, _label(score), self.band.decision(probability))

    def warnings(self, values: Sequence[float]) -> tuple[InputWarning, ...]:
        """Return what is unusual about ``values``, measured by the training data."""
        found = [
            below if value < minimum else above
            for (minimum, maximum, below, above), value in zip(self._limits, values, strict=True)
            if not minimum <= value <= maximum
        ]
        for quantity, lower, upper, pick, caution in self._checks:
            if not lower <= quantity(*pick(values)) <= upper:  # A NaN is within no bounds.
                found.append(caution)
        return tuple(found)

    def warnings_for_rows(self, rows: Sequence[Sequence[float]]) -> list[tuple[InputWarning, ...]]:
        """Return `cautions` of each of ``rows``: feature by feature, in half the time."""
        found: list[tuple[InputWarning, ...]] = [()] * len(rows)
        columns = [*zip(*rows, strict=True)]
        for (least, most, below, above), column in zip(self._limits, columns, strict=bool(rows)):
            for row in [n for n, value in enumerate(column) if not least <= value <= most]:
                found[row] += (below if column[row] < least else above,)
        for quantity, lower, upper, pick, caution in self._checks if rows else ():
            quantities = map(quantity, *pick(columns))
            for row in [n for n, each in enumerate(quantities) if not lower <= each <= upper]:
                found[row] += (caution,)
        return found


def _label(score: float) -> Literal[0, 1]:
    return 1 if score >= 0.0 else 0


def _limits(feature: Feature) -> _Limits:
    below, above = (
        InputWarning(
            "outsideTrainingRange",
            (feature.name,),
            f"The value of {feature.column} is {side} the range of the patients that the model "
            f"was trained on ({feature.minimum:g} to {feature.maximum:g}).",
        )
        for side in ("below", "above")
    )
    return feature.minimum, feature.maximum, below, above


def _check(relation: InputCheck, names: Sequence[str]) -> _Check:
    if not set(relation.features) <= set(names):
        raise ValueError(f"relation {relation.name!r} is about a feature that there is not")
    caution = InputWarning("implausible", relation.features, relation.message)
    pick = itemgetter(*map(names.index, relation.features))
    return FORMULAS[relation.name], *relation.bounds, pick, caution
