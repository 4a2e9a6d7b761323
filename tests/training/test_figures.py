import os
import subprocess
import sys
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from model import ARTIFACTS, Band, Scorecard
from tests.conftest import ROOT
from tests.training.test_drawing import words
from training.artifacts import read_evidence
from training.baselines import PROCEDURE, SCORECARD
from training.dataset import Dataset
from training.drawing import bins
from training.evaluation import OutOfFold
from training.figures import COMPARED, EDGES, calibration, distribution, figures, roc
from training.metrics import confusion

HASHES = """
from hashlib import sha256
import model
from training import dataset
from training.artifacts import read_evidence
from training.evaluation import OutOfFold
from training.figures import figures
predictions = OutOfFold.stored(read_evidence(model.ARTIFACTS)["patients"])
scorecard = model.load()
drawn = figures(scorecard, dataset.load(), predictions)
for name, text in drawn.items(): print(name, sha256(text.encode()).hexdigest())
"""


@pytest.fixture(scope="module")
def predictions() -> OutOfFold:
    return OutOfFold.stored(read_evidence(ARTIFACTS)["patients"])


def test_they_are_the_same_in_another_process_with_other_settings(
    scorecard: Scorecard, data: Dataset, predictions: OutOfFold, tmp_path: Path
) -> None:
    (tmp_path / "matplotlibrc").write_text("svg.fonttype: path\nlines.linewidth: 9\n")
    environment = {**os.environ, "PYTHONHASHSEED": "7", "MATPLOTLIBRC": str(tmp_path)}
    command = [sys.executable, "-c", HASHES]
    there = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    drawn = figures(scorecard, data, predictions)
    assert list(drawn) == ["steps.svg", "roc.svg", "calibration.svg", "distribution.svg"]
    hashes = [f"{name} {sha256(text.encode()).hexdigest()}" for name, text in drawn.items()]
    assert there.stdout.splitlines() == hashes


def moved(predictions: OutOfFold, name: str, by: float) -> OutOfFold:
    """Return them with one probability by the model of that name, about 0.3, raised."""
    probabilities = predictions.models[name].copy()
    patient = int(np.argmin(np.abs(probabilities - 0.3)))
    probabilities[patient] += by
    return replace(predictions, models={**predictions.models, name: probabilities})


@pytest.mark.parametrize("name", COMPARED)
def test_roc_shows_each_model_with_its_errors(name: str, predictions: OutOfFold) -> None:
    written = words(roc(predictions))
    assert COMPARED[name][0] in written
    errors = confusion(predictions.labels, predictions.models[name])
    at = f"at 0.5: {errors['missed']} missed, {errors['falseAlarms']} false alarms"
    assert any(word.endswith(at) for word in written)
    assert roc(moved(predictions, name, 0.5)) != roc(predictions)


def test_roc_has_labelled_axes(predictions: OutOfFold) -> None:
    written = words(roc(predictions))
    assert written.count("sensitivity") == written.count("1 \N{MINUS SIGN} specificity") == 2
    assert "chance" in written


@pytest.mark.parametrize("name", [SCORECARD, PROCEDURE])
def test_calibration_shows_both_models(name: str, predictions: OutOfFold) -> None:
    drawn = calibration(predictions)
    assert COMPARED[name][0] in words(drawn)
    assert calibration(moved(predictions, name, 0.01)) != drawn


def test_calibration_has_labelled_axes(predictions: OutOfFold) -> None:
    written = words(calibration(predictions))
    assert "share that is malignant" in written
    assert "predicted probability of malignancy, out of fold" in written
    assert {"0.0", "1.0", "300", "ideal"} <= set(written)


def test_the_bins_of_the_calibration_hold_every_patient(predictions: OutOfFold) -> None:
    found = bins(predictions.labels, predictions.models[SCORECARD], EDGES)
    assert sum(each.patients for each in found) == len(predictions.labels)
    assert all(each.low <= each.share <= each.high for each in found)


def test_the_distribution_names_the_zones_and_counts_their_patients(
    predictions: OutOfFold,
) -> None:
    written = words(distribution(predictions, Band(0.1, 0.75)))
    assert "below 0.1: benign" in written
    assert "0.1 to 0.75: refer to a person" in written
    assert "above 0.75: malignant" in written
    counts = [word.split() for word in written if word.endswith(" benign") and "," in word]
    assert sum(int(count[0]) for count in counts) == (predictions.labels == 1).sum()
    assert sum(int(count[2]) for count in counts) == (predictions.labels == 0).sum()
    missed = predictions.labels[predictions.models[SCORECARD] < 0.1].sum()
    assert counts[0][0] == str(missed)


def test_the_band_and_the_probabilities_are_drawn(predictions: OutOfFold) -> None:
    drawn = distribution(predictions, Band(0.1, 0.75))
    assert distribution(predictions, Band(0.101, 0.75)) != drawn
    assert distribution(predictions, Band(0.1, 0.751)) != drawn
    assert distribution(moved(predictions, SCORECARD, 0.5), Band(0.1, 0.75)) != drawn
    assert distribution(moved(predictions, PROCEDURE, 0.5), Band(0.1, 0.75)) == drawn
