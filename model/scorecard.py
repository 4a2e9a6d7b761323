"""The model in memory: an intercept and one step function per feature.

A gradient-boosting ensemble whose trees all have one split is additive: each tree tests one
feature and adds one of two constants. The trees of a feature therefore merge exactly into one
step function, and a score is the intercept plus one look-up per feature.
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
    """A feature with the step function that the model applies to it.

    Attributes:
        minimum: Smallest value in the training data, in the feature's unit.
        maximum: Largest value in the training data, in the feature's unit.
        thresholds: Upper bounds, inclusive and strictly increasing, of all steps but the last,
            in the feature's unit.
        points: Log-odds that each step adds to the score; one more than ``thresholds``.

    Raises:
        ValueError: The numbers do not form a step function.
    """

    minimum: float
    maximum: float
    thresholds: tuple[float, ...]
    points: tuple[float, ...]

    def __post_init__(self) -> None:
        """Validate the step function."""
        numbers = (self.minimum, self.maximum, *self.thresholds, *self.points)
        if not all(isinstance(number, (int, float)) and isfinite(number) for number in numbers):
            raise ValueError(f"feature {self.name!r} has a number that is not finite")
        if self.minimum > self.maximum:
            raise ValueError(f"feature {self.name!r} has a minimum above its maximum")
        if any(lower >= upper for lower, upper in pairwise(self.thresholds)):
            raise ValueError(f"feature {self.name!r} has thresholds that do not increase")
        if len(self.points) != len(self.thresholds) + 1:
            raise ValueError(f"feature {self.name!r} needs one more point than thresholds")

    def contribution(self, value: float) -> float:
        """Return the log-odds that ``value`` adds to the score.

        Raises:
            ValueError: ``value`` is NaN or infinite, and would silently fall into the first or
                last step. The message does not repeat it.
        """
        if not isfinite(value):
            raise ValueError(f"{self.name!r} must be a finite number")
        return self.points[bisect_left(self.thresholds, value)]

    def in_range(self, value: float) -> bool:
        """Return whether ``value`` lies within the range of the training data."""
        return self.minimum <= value <= self.maximum

    def decreasing_steps(self) -> tuple[int, ...]:
        """Return the indices of steps that add less than the step before.

        There, a larger value is weaker evidence of malignancy. That comes from the training
        data; it is not a known property of the disease.
        """
        steps = enumerate(pairwise(self.points), start=1)
        return tuple(step for step, (before, points) in steps if points < before)


class PredictionResult(NamedTuple):
    """The prediction for one observation.

    Attributes:
        score: Log-odds of malignancy.
        probability: Estimated probability of malignancy, 0 to 1.
        label: 1 for malignant or 0 for benign, as scikit-learn predicts.
        decision: The label in words, or "refer" where a person decides.
    """

    score: float
    probability: float
    label: Literal[0, 1]
    decision: Decision


# Minimum, maximum, warning below, warning above.
_RangeCheck = tuple[float, float, InputWarning, InputWarning]
# Formula, lower bound, upper bound, function that picks the formula's arguments, warning.
_FormulaCheck = tuple[
    Callable[..., float], float, float, Callable[[Sequence[Any]], tuple[Any, ...]], InputWarning
]


def _computed_field() -> Any:
    return field(init=False, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Scorecard:
    """A verified additive classifier of breast tumours.

    Methods take ``values``: one finite float per feature, in the order of ``features``. They
    raise ``ValueError`` for a wrong number of values. Those that compute a score also raise it
    for NaN and infinite values.

    Attributes:
        features: The model's features, in order.
        intercept: Log-odds of the share of malignant tumours in the training data; every score
            starts with it.
        classes: Meaning of each label: ``{0: "benign", 1: "malignant"}``.
        band: Probabilities at which a person decides.
        input_checks: Checks of the values of one observation against each other.
        provenance: Origin of the numbers: scikit-learn's version, the training data and its
            hash, the parameters and the main metrics.
        digest: SHA-256 of the scorecard file, 64 hexadecimal digits.

    Raises:
        ValueError: An input check refers to a feature that is not in ``features``.
    """

    features: tuple[Feature, ...]
    intercept: float
    classes: Mapping[int, str]
    band: Band
    input_checks: tuple[InputCheck, ...]
    provenance: Mapping[str, Any]
    digest: str
    # Precomputed from the fields above: evaluating these takes half the time.
    _steps: tuple[tuple[Sequence[float], Sequence[float]], ...] = _computed_field()
    _range_checks: tuple[_RangeCheck, ...] = _computed_field()
    _formula_checks: tuple[_FormulaCheck, ...] = _computed_field()

    def __post_init__(self) -> None:
        """Precompute the fields used for evaluation."""
        names = [feature.name for feature in self.features]
        checks = tuple(_formula_check(check, names) for check in self.input_checks)
        set_field = partial(object.__setattr__, self)  # The dataclass is frozen.
        set_field("_steps", tuple((each.thresholds, each.points) for each in self.features))
        set_field("_range_checks", tuple(map(_range_check, self.features)))
        set_field("_formula_checks", checks)

    def predict(self, values: Sequence[float]) -> PredictionResult:
        """Return the score, probability, label and decision for one observation."""
        return self.result(self.score(values))

    def score(self, values: Sequence[float]) -> float:
        """Return the log-odds of malignancy.

        Equals scikit-learn's ``decision_function`` to within 1e-12, for values up to the
        largest float32 (3.4e38), above which scikit-learn rejects a value.
        """
        # Fast path: a finite sum has only finite terms. Finite terms can overflow, so
        # contributions() has the last word: it raises for invalid values only.
        if len(values) != len(self._steps) or not isfinite(sum(values)):
            self.contributions(values)
        total = self.intercept
        # Not sum(): it compensates since Python 3.12, so its last bit depends on the version.
        for (thresholds, points), value in zip(self._steps, values):  # noqa: B905 checked above; strict is slower
            total += points[bisect_left(thresholds, value)]
        return total

    def probability(self, values: Sequence[float]) -> float:
        """Return the estimated probability of malignancy, 0 to 1."""
        return self.predict(values).probability

    def label(self, values: Sequence[float]) -> Literal[0, 1]:
        """Return 1 for malignant or 0 for benign, as scikit-learn's ``predict`` does."""
        return _label(self.score(values))

    def contributions(self, values: Sequence[float]) -> dict[str, float]:
        """Return the log-odds that each feature adds to the score, by feature name.

        Adding them to the intercept in this order gives the score to the last bit.
        """
        pairs = zip(self.features, values, strict=True)
        return {feature.name: feature.contribution(value) for feature, value in pairs}

    def decision(self, values: Sequence[float]) -> Decision:
        """Return "benign", "malignant", or "refer" where a person decides."""
        return self.predict(values).decision

    def result(self, score: float) -> PredictionResult:
        """Return the prediction for a ``score`` returned by `score`."""
        probability = 1.0 / (1.0 + exp(-score))
        return PredictionResult(score, probability, _label(score), self.band.decision(probability))

    def warnings(self, values: Sequence[float]) -> tuple[InputWarning, ...]:
        """Return warnings about values unlike the training data, often none."""
        found = [
            below if value < minimum else above
            for (minimum, maximum, below, above), value in zip(
                self._range_checks, values, strict=True
            )
            if not minimum <= value <= maximum
        ]
        for formula, lower, upper, pick, warning in self._formula_checks:
            if not lower <= formula(*pick(values)) <= upper:  # NaN fails too.
                found.append(warning)
        return tuple(found)

    def warnings_for_rows(self, rows: Sequence[Sequence[float]]) -> list[tuple[InputWarning, ...]]:
        """Return `warnings` for each of ``rows``, in half the time: checks run by column."""
        if not rows:
            return []
        found: list[tuple[InputWarning, ...]] = [()] * len(rows)
        columns = [*zip(*rows, strict=True)]
        for check, column in zip(self._range_checks, columns, strict=True):
            minimum, maximum, below, above = check
            for row in [n for n, value in enumerate(column) if not minimum <= value <= maximum]:
                found[row] += (below if column[row] < minimum else above,)
        for formula, lower, upper, pick, warning in self._formula_checks:
            results = map(formula, *pick(columns))
            for row in [n for n, result in enumerate(results) if not lower <= result <= upper]:
                found[row] += (warning,)
        return found


def _label(score: float) -> Literal[0, 1]:
    return 1 if score >= 0.0 else 0


def _range_check(feature: Feature) -> _RangeCheck:
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


def _formula_check(check: InputCheck, names: Sequence[str]) -> _FormulaCheck:
    if not set(check.features) <= set(names):
        raise ValueError(f"input check {check.name!r} refers to an unknown feature")
    warning = InputWarning("implausible", check.features, check.message)
    pick = itemgetter(*map(names.index, check.features))
    return FORMULAS[check.name], *check.bounds, pick, warning
