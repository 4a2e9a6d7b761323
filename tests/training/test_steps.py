from dataclasses import replace

import pytest

from model import Band, Scorecard
from tests.training.test_drawing import words
from training import dataset
from training.dataset import Dataset
from training.steps import steps


def altered(scorecard: Scorecard, number: int, **change: tuple[float, ...]) -> Scorecard:
    features = list(scorecard.features)
    features[number] = replace(features[number], **change)  # type: ignore[arg-type]
    return replace(scorecard, features=tuple(features))


def shifted(numbers: tuple[float, ...], by: float) -> tuple[float, ...]:
    return (*numbers[:-1], numbers[-1] + by)


@pytest.fixture(scope="module")
def drawn(scorecard: Scorecard, data: Dataset) -> str:
    return steps(scorecard, data)


def test_the_whole_model_is_named_in_its_own_words(scorecard: Scorecard, drawn: str) -> None:
    written = words(drawn)
    for feature in scorecard.features:
        assert feature.name in written
        assert any(feature.column in word for word in written)
    for unit in ("(grey levels)", "(relative count, no unit)", "(length in the image's scale)"):
        assert unit in written
    assert f"The sum of these and \N{MINUS SIGN}{-scorecard.intercept:.3f}" in written
    assert written.count("adds to the log-odds") == 5
    assert written.count("malignant") == written.count("benign") == 6
    assert {"probability of malignancy", "refer to", "a person"} <= set(written)


def test_further_columns_make_no_difference(scorecard: Scorecard, drawn: str) -> None:
    assert steps(scorecard, dataset.load()) == drawn


@pytest.mark.parametrize("number", range(5))
def test_every_points_and_thresholds_are_drawn(
    number: int, scorecard: Scorecard, data: Dataset, drawn: str
) -> None:
    feature = scorecard.features[number]
    points = shifted(feature.points, 0.1)
    assert steps(altered(scorecard, number, points=points), data) != drawn
    thresholds = shifted(feature.thresholds, feature.thresholds[-1] / 100)
    assert steps(altered(scorecard, number, thresholds=thresholds), data) != drawn


def test_the_intercept_the_band_and_the_patients_are_drawn(
    scorecard: Scorecard, data: Dataset, drawn: str
) -> None:
    assert steps(replace(scorecard, intercept=scorecard.intercept + 0.001), data) != drawn
    band = Band(scorecard.band.lower, scorecard.band.upper + 0.001)
    assert steps(replace(scorecard, band=band), data) != drawn
    labels = data.train_labels.copy()
    labels[0] = 1 - labels[0]
    assert steps(scorecard, replace(data, train_labels=labels)) != drawn


def test_each_dip_is_marked(scorecard: Scorecard, drawn: str) -> None:
    dips = [
        f"{feature.points[step - 1] - feature.points[step]:.2f}"
        for feature in scorecard.features
        for step in feature.decreasing_steps()
    ]
    assert dips
    written = words(drawn)
    assert written.count("dips by") == len(dips)
    assert set(dips) <= set(written)
    assert "<pattern" in drawn


def test_a_model_without_dips_has_none_marked(scorecard: Scorecard, data: Dataset) -> None:
    monotone = tuple(
        replace(feature, points=tuple(sorted(feature.points))) for feature in scorecard.features
    )
    without = steps(replace(scorecard, features=monotone), data)
    assert "dips by" not in words(without)
    assert "<pattern" not in without
