"""The step functions equal scikit-learn's ensemble, at every point where they could differ.

Both are constant between neighbouring thresholds. They are equal everywhere if they are equal on
both float64 neighbours of every threshold, in every combination.
"""

from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from math import inf, nextafter
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sklearn.ensemble import GradientBoostingClassifier

import model
from model import Feature, Scorecard
from training.compiler import boundary, compile_ensemble
from training.dataset import Dataset, Rows
from training.errors import FeaturesDiffer, NotAdditive, NotBinary
from training.fit import fit

SCORECARD = model.load()
POINTS = 384_384
TOLERANCE = 1e-12

Expected = list[tuple[list[float], float]]


@pytest.fixture(scope="session")
def grid() -> Rows:
    """Both neighbours of every threshold of the committed scorecard, shape (points, 5)."""
    axes = [
        [side for limit in feature.thresholds for side in (limit, nextafter(limit, inf))]
        for feature in SCORECARD.features
    ]
    return np.array(list(product(*axes)))


@pytest.fixture(scope="session")
def expected(grid: Rows, estimator: GradientBoostingClassifier) -> Expected:
    """Each point and the score of a new fit, in random order to find differences early."""
    order = np.random.default_rng(0).permutation(len(grid))
    scores = estimator.decision_function(grid)
    return list(zip(grid[order].tolist(), scores[order].tolist(), strict=True))


def differs(scorecard: Scorecard, expected: Expected) -> bool:
    """Return whether any score or label of ``scorecard`` differs from scikit-learn's."""
    return any(
        abs(scorecard.score(values) - score) > TOLERANCE or scorecard.label(values) != (score >= 0)
        for values, score in expected
    )


def test_every_point_has_scikit_learns_score(expected: Expected) -> None:
    assert len(expected) == POINTS
    assert not differs(SCORECARD, expected)


def test_every_point_has_scikit_learns_label(
    grid: Rows, estimator: GradientBoostingClassifier
) -> None:
    labels = [SCORECARD.label(values) for values in grid.tolist()]
    assert (estimator.predict(grid) == labels).all()


def altered_scorecards() -> Iterator[Any]:
    """Yield every scorecard with one number changed by the smallest amount to be found."""
    for index, feature in enumerate(SCORECARD.features):
        for step, threshold in enumerate(feature.thresholds):
            for towards in (-inf, inf):
                moved = _replaced(feature.thresholds, step, nextafter(threshold, towards))
                scorecard = _changed(index, replace(feature, thresholds=moved))
                yield pytest.param(scorecard, id=f"{feature.name}-{step}-towards-{towards}")
        for step, points in enumerate(feature.points):
            raised = _replaced(feature.points, step, points + 2e-12)
            scorecard = _changed(index, replace(feature, points=raised))
            yield pytest.param(scorecard, id=f"{feature.name}-points-{step}")
    yield pytest.param(replace(SCORECARD, intercept=SCORECARD.intercept + 2e-12), id="intercept")


def _replaced(numbers: tuple[float, ...], position: int, number: float) -> tuple[float, ...]:
    return (*numbers[:position], number, *numbers[position + 1 :])


def _changed(index: int, feature: Feature) -> Scorecard:
    features = SCORECARD.features
    return replace(SCORECARD, features=(*features[:index], feature, *features[index + 1 :]))


@pytest.mark.parametrize("scorecard", list(altered_scorecards()))
def test_any_altered_threshold_or_point_is_found(scorecard: Scorecard, expected: Expected) -> None:
    assert differs(scorecard, expected)


@given(st.floats(min_value=-1e30, max_value=1e30))
@example(0.0)
@example(5e-324)
@example(1 + 2**-24)  # A tie between two float32 numbers.
@example(1 + 3 * 2**-24)
def test_a_boundary_is_where_the_float32_comparison_changes(threshold: float) -> None:
    last = boundary(threshold)
    assert float(np.float32(last)) <= threshold < float(np.float32(nextafter(last, inf)))


def test_a_tree_without_a_split_is_a_constant(data: Dataset) -> None:
    constant = replace(data, train=np.ones_like(data.train))
    compiled = compile_ensemble(fit(constant, {"n_estimators": 2, "max_depth": 1}), constant)
    assert all(feature.thresholds == () for feature in compiled.features)


def test_rejects_trees_with_several_splits(data: Dataset) -> None:
    deep = fit(data, {"n_estimators": 2, "max_depth": 2})
    with pytest.raises(NotAdditive, match=r"tree 1 has 3 splits.*fit with max_depth=1"):
        compile_ensemble(deep, data)


@pytest.mark.parametrize(
    ("labels", "classes"), [({0: "B", 1: "M"}, r"\['B', 'M'\]"), ({0: 1, 1: 2}, r"\[1, 2\]")]
)
def test_rejects_other_classes(labels: dict[int, Any], classes: str, data: Dataset) -> None:
    estimator = GradientBoostingClassifier(n_estimators=1, max_depth=1)
    estimator.fit(data.train, [labels[label] for label in data.train_labels.tolist()])
    with pytest.raises(NotBinary, match=f"classes {classes}; code it as 0 for benign and 1"):
        compile_ensemble(estimator, data)


def test_rejects_features_that_are_not_in_the_contract(all_columns: Dataset) -> None:
    other = all_columns.select(["mean radius", "worst area"])
    with pytest.raises(FeaturesDiffer, match="are mean radius, worst area; the request contract"):
        compile_ensemble(fit(other, {"n_estimators": 1, "max_depth": 1}), other)
