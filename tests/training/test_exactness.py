"""The scorecard is scikit-learn's ensemble: shown on every point where they could differ.

Both are constant between neighbouring thresholds, so they are equal everywhere if they
are equal on both float64 neighbours of every threshold in every combination.
"""

from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from math import inf, nextafter
from typing import Any

import numpy as np
import pytest
from sklearn.ensemble import GradientBoostingClassifier

import model
from model import Feature, Scorecard
from training.dataset import Rows

SCORECARD = model.load()
POINTS = 384_384
TOLERANCE = 1e-12


@pytest.fixture(scope="session")
def grid() -> Rows:
    """Both neighbours of every threshold of the committed scorecard, shape (points, 5)."""
    axes = [
        [
            side
            for threshold in feature.thresholds
            for side in (threshold, nextafter(threshold, inf))
        ]
        for feature in SCORECARD.features
    ]
    return np.array(list(product(*axes)))


@pytest.fixture(scope="session")
def scores(grid: Rows, estimator: GradientBoostingClassifier) -> Rows:
    """scikit-learn's own scores on the grid, from a fresh fit."""
    return np.asarray(estimator.decision_function(grid))


@pytest.fixture(scope="session")
def answers(grid: Rows, scores: Rows) -> list[tuple[list[float], float]]:
    """Each point with its score, in random order: there a difference shows early."""
    order = np.random.default_rng(0).permutation(len(grid))
    return list(zip(grid[order].tolist(), scores[order].tolist(), strict=True))


def differs(scorecard: Scorecard, answers: list[tuple[list[float], float]]) -> bool:
    """Whether ``scorecard`` has another score or label than scikit-learn anywhere."""
    return any(
        abs(scorecard.score(values) - score) > TOLERANCE or scorecard.label(values) != (score >= 0)
        for values, score in answers
    )


def test_every_point_has_scikit_learns_score(
    answers: list[tuple[list[float], float]],
) -> None:
    assert len(answers) == POINTS
    assert not differs(SCORECARD, answers)


def test_every_point_has_scikit_learns_label(
    grid: Rows, estimator: GradientBoostingClassifier
) -> None:
    labels = [SCORECARD.label(values) for values in grid.tolist()]
    assert (estimator.predict(grid) == labels).all()


def altered() -> Iterator[Any]:
    """Every scorecard that differs from the committed one in one number, by a little."""
    for index, feature in enumerate(SCORECARD.features):
        for step in range(len(feature.thresholds)):
            for towards in (-inf, inf):
                moved = nextafter(feature.thresholds[step], towards)
                thresholds = _with(feature.thresholds, step, moved)
                name = f"{feature.name}-threshold-{step}-towards-{towards}"
                yield pytest.param(
                    _changed(index, replace(feature, thresholds=thresholds)), id=name
                )
        for step, points in enumerate(feature.points):
            raised = _with(feature.points, step, points + 2e-12)
            changed = _changed(index, replace(feature, points=raised))
            yield pytest.param(changed, id=f"{feature.name}-points-{step}")
    yield pytest.param(replace(SCORECARD, intercept=SCORECARD.intercept + 2e-12), id="intercept")


def _with(numbers: tuple[float, ...], position: int, number: float) -> tuple[float, ...]:
    return (*numbers[:position], number, *numbers[position + 1 :])


def _changed(index: int, feature: Feature) -> Scorecard:
    features = SCORECARD.features
    return replace(SCORECARD, features=(*features[:index], feature, *features[index + 1 :]))


@pytest.mark.parametrize("scorecard", list(altered()))
def test_any_altered_threshold_or_point_is_found(
    scorecard: Scorecard, answers: list[tuple[list[float], float]]
) -> None:
    assert differs(scorecard, answers)
