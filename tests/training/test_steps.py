from dataclasses import replace
from typing import Any

import pytest

from model import Band, Scorecard
from tests.training.compare import same_markup
from tests.training.test_drawing import texts
from training.dataset import Dataset
from training.steps import draw_steps


def shift(scorecard: Scorecard, number: int, difference: float, part: str) -> Scorecard:
    """Return ``scorecard`` with the last point or threshold of a feature changed."""
    features = list(scorecard.features)
    *others, last = getattr(features[number], part)
    changed: dict[str, Any] = {part: (*others, last * (1 + difference))}
    features[number] = replace(features[number], **changed)
    return replace(scorecard, features=tuple(features))


@pytest.fixture(scope="module")
def svg(scorecard: Scorecard, data: Dataset) -> str:
    return draw_steps(scorecard, data)


def test_labels_every_feature_and_axis(scorecard: Scorecard, svg: str) -> None:
    written = texts(svg)
    for feature in scorecard.features:
        assert feature.name in written
        assert any(feature.column in text for text in written)
    for unit in ("(grey levels)", "(relative count, no unit)", "(length in the image's scale)"):
        assert unit in written
    assert f"The sum of these and \N{MINUS SIGN}{-scorecard.intercept:.3f}" in written
    assert written.count("adds to the log-odds") == 5
    assert written.count("malignant") == written.count("benign") == 6
    assert {"probability of malignancy", "refer to", "a person"} <= set(written)


def test_further_columns_make_no_difference(
    scorecard: Scorecard, all_columns: Dataset, svg: str
) -> None:
    assert draw_steps(scorecard, all_columns) == svg


@pytest.mark.parametrize("part", ["points", "thresholds"])
def test_draws_every_step_function(
    part: str, scorecard: Scorecard, data: Dataset, svg: str
) -> None:
    for number in range(5):
        assert not same_markup(draw_steps(shift(scorecard, number, 0.01, part), data), svg)
    assert same_markup(draw_steps(shift(scorecard, 0, 1e-13, part), data), svg)


def test_draws_the_intercept_the_band_and_the_patients(
    scorecard: Scorecard, data: Dataset, svg: str
) -> None:
    intercept = replace(scorecard, intercept=scorecard.intercept + 0.001)
    band = replace(scorecard, band=Band(scorecard.band.lower, scorecard.band.upper + 0.001))
    labels = data.train_labels.copy()
    labels[0] = 1 - labels[0]
    assert not same_markup(draw_steps(intercept, data), svg)
    assert not same_markup(draw_steps(band, data), svg)
    assert not same_markup(draw_steps(scorecard, replace(data, train_labels=labels)), svg)


def test_marks_each_dip(scorecard: Scorecard, data: Dataset, svg: str) -> None:
    dips = [
        f"{feature.points[step - 1] - feature.points[step]:.2f}"
        for feature in scorecard.features
        for step in feature.decreasing_steps()
    ]
    assert texts(svg).count("dips by") == len(dips) > 0
    assert set(dips) <= set(texts(svg))
    assert "<pattern" in svg
    increasing = tuple(
        replace(feature, points=tuple(sorted(feature.points))) for feature in scorecard.features
    )
    without = draw_steps(replace(scorecard, features=increasing), data)
    assert "dips by" not in texts(without)
    assert "<pattern" not in without
