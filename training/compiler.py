"""Compile an ensemble of one-split trees into one step function per feature.

scikit-learn rounds each value to float32 before it compares it with a float64 threshold. The
compiler moves every threshold to the largest float64 that scikit-learn still sends to the left.
The step functions therefore give scikit-learn's result for every float64 value.
"""

from bisect import bisect_left
from dataclasses import dataclass
from math import fsum, inf, log, nextafter
from typing import Any

import numpy as np
from sklearn.ensemble import GradientBoostingClassifier

from model import FEATURES, Feature, FeatureInfo
from training.dataset import Dataset, Rows
from training.errors import FeaturesDiffer, NotAdditive, NotBinary

PLACES = 13
"""Decimal places of every stored log-odds.

A score is the sum of six rounded numbers, so its error is at most 3e-13. In return, processors
whose exp() differs in the last bit write the same file.
"""


@dataclass(frozen=True, slots=True)
class Compiled:
    """An ensemble as step functions and an intercept in log-odds."""

    intercept: float
    features: tuple[Feature, ...]


@dataclass(frozen=True, slots=True)
class _Stump:
    """A tree with one split: adds ``left`` up to and including ``boundary``, else ``right``."""

    boundary: float
    left: float
    right: float


def compile_ensemble(estimator: GradientBoostingClassifier, data: Dataset) -> Compiled:
    """Return the step functions equal to ``estimator``, which was fitted on ``data.train``.

    Raises:
        NotBinary: The classes of the target are not 0 and 1.
        FeaturesDiffer: The columns are not those of the request contract.
        NotAdditive: A tree has more than one split.
    """
    _require_binary(estimator)
    require_contract(data.columns)
    prior = estimator.init_.class_prior_
    constants = [log(prior[1] / prior[0])]
    stumps: list[list[_Stump]] = [[] for _ in FEATURES]
    for number, (fitted,) in enumerate(estimator.estimators_, start=1):
        tree = fitted.tree_
        _require_stump(tree, number)
        values = [estimator.learning_rate * float(value) for value in tree.value[:, 0, 0]]
        if tree.node_count == 1:  # No split improved the fit.
            constants += values
        else:
            last = boundary(float(tree.threshold[0]))
            stumps[tree.feature[0]].append(_Stump(last, *values[1:]))
    tables = zip(FEATURES, stumps, data.train.T, strict=True)
    return Compiled(round(fsum(constants), PLACES), tuple(_merge(*table) for table in tables))


def require_contract(columns: tuple[str, ...]) -> None:
    """Validate that ``columns`` are the request contract's features, in its order.

    Raises:
        FeaturesDiffer: They are not.
    """
    contract = tuple(info.column for info in FEATURES)
    if columns != contract:
        raise FeaturesDiffer(
            f"the features are {', '.join(columns)}; the request contract has "
            f"{', '.join(contract)}. To serve other features, change model/features.py "
            "and the request model in app/, then train again"
        )


def boundary(threshold: float) -> float:
    """Return the largest float64 whose nearest float32 is at most ``threshold``."""
    below = np.float32(threshold)
    if float(below) > threshold:
        below = np.nextafter(below, np.float32(-inf))
    above = np.nextafter(below, np.float32(inf))
    # Exact: the sum of two neighbouring float32 numbers fits a float64.
    middle = (float(below) + float(above)) / 2
    # A tie rounds to the even neighbour, which may be the upper one.
    return middle if float(np.float32(middle)) <= threshold else nextafter(middle, -inf)


def _require_binary(estimator: GradientBoostingClassifier) -> None:
    classes = estimator.classes_.tolist()
    if classes != [0, 1]:
        raise NotBinary(
            f"the target has the classes {classes}; code it as 0 for benign and 1 for "
            "malignant, as training/dataset.py does, and fit again"
        )


def _require_stump(tree: Any, number: int) -> None:
    if tree.node_count > 3:
        raise NotAdditive(
            f"tree {number} has {tree.node_count // 2} splits, so its features interact and "
            "cannot be separated into one table each; fit with max_depth=1"
        )


def _merge(info: FeatureInfo, stumps: list[_Stump], values: Rows) -> Feature:
    thresholds = sorted({stump.boundary for stump in stumps})
    points = [_points(stumps, thresholds, step) for step in range(len(thresholds) + 1)]
    return Feature(
        name=info.name,
        column=info.column,
        description=info.description,
        minimum=float(values.min()),
        maximum=float(values.max()),
        thresholds=tuple(thresholds),
        points=tuple(points),
    )


def _points(stumps: list[_Stump], thresholds: list[float], step: int) -> float:
    sides = (
        stump.left if step <= bisect_left(thresholds, stump.boundary) else stump.right
        for stump in stumps
    )
    return round(fsum(sides), PLACES)
