from dataclasses import replace

import numpy as np
import pytest

from model import Band
from tests.training.compare import same_markup
from tests.training.test_drawing import texts
from training.baselines import PROCEDURE, SCORECARD
from training.evaluation import OutOfFold
from training.figures import CURVES, draw_calibration, draw_distribution, draw_roc
from training.metrics import confusion

BAND = Band(0.1, 0.75)


def move(predictions: OutOfFold, name: str, difference: float) -> OutOfFold:
    """Return ``predictions`` with one probability of about 0.3 increased."""
    probabilities = predictions.models[name].copy()
    probabilities[np.argmin(np.abs(probabilities - 0.3))] += difference
    return replace(predictions, models={**predictions.models, name: probabilities})


@pytest.mark.parametrize("name", CURVES)
def test_roc_shows_each_model_with_its_errors(name: str, predictions: OutOfFold) -> None:
    svg = draw_roc(predictions)
    errors = confusion(predictions.labels, predictions.models[name])
    label = f"at 0.5: {errors['missed']} missed, {errors['falseAlarms']} false alarms"
    assert CURVES[name].label in texts(svg)
    assert any(text.endswith(label) for text in texts(svg))
    assert not same_markup(draw_roc(move(predictions, name, 0.5)), svg)
    assert same_markup(draw_roc(move(predictions, name, 1e-12)), svg)


@pytest.mark.parametrize("name", [SCORECARD, PROCEDURE])
def test_calibration_shows_both_models(name: str, predictions: OutOfFold) -> None:
    svg = draw_calibration(predictions)
    assert CURVES[name].label in texts(svg)
    assert not same_markup(draw_calibration(move(predictions, name, 0.01)), svg)
    assert same_markup(draw_calibration(move(predictions, name, 1e-12)), svg)


def test_axes_are_labelled(predictions: OutOfFold) -> None:
    roc = texts(draw_roc(predictions))
    assert roc.count("sensitivity") == roc.count("1 \N{MINUS SIGN} specificity") == 2
    assert "chance" in roc
    calibration = {"share that is malignant", "predicted probability of malignancy, out of fold"}
    assert {*calibration, "0.0", "1.0", "300", "ideal"} <= set(texts(draw_calibration(predictions)))


def test_the_distribution_labels_decisions_and_counts_their_patients(
    predictions: OutOfFold,
) -> None:
    written = texts(draw_distribution(predictions, BAND))
    decisions = {"below 0.1: benign", "0.1 to 0.75: refer to a person", "above 0.75: malignant"}
    assert decisions <= set(written)
    counts = [text.split() for text in written if text.endswith(" benign") and "," in text]
    assert sum(int(malignant) for malignant, _, _, _ in counts) == (predictions.labels == 1).sum()
    assert sum(int(benign) for _, _, benign, _ in counts) == (predictions.labels == 0).sum()
    missed = predictions.labels[predictions.models[SCORECARD] < 0.1].sum()
    assert counts[0][0] == str(missed)


def test_the_distribution_shows_the_band_and_the_served_model(predictions: OutOfFold) -> None:
    svg = draw_distribution(predictions, BAND)
    assert not same_markup(draw_distribution(predictions, Band(0.101, 0.75)), svg)
    assert not same_markup(draw_distribution(predictions, Band(0.1, 0.751)), svg)
    assert not same_markup(draw_distribution(move(predictions, SCORECARD, 0.5), BAND), svg)
    assert same_markup(draw_distribution(move(predictions, SCORECARD, 1e-12), BAND), svg)
    assert same_markup(draw_distribution(move(predictions, PROCEDURE, 0.5), BAND), svg)
