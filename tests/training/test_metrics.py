import numpy as np
import pytest

from training.metrics import (
    METRICS,
    bootstrap,
    calibration,
    compute_metrics,
    confusion,
    interval,
    resample,
    summarize_runs,
)

LABELS = np.array([0] * 20 + [1] * 20)
# One false alarm at 0.7 and one missed tumour at 0.3; all others are correct.
PROBABILITIES = np.array([0.1] * 19 + [0.7] + [0.3] + [0.9] * 19)


def test_metrics_of_a_case_calculated_by_hand() -> None:
    metrics = compute_metrics(LABELS, PROBABILITIES)
    assert list(metrics) == list(METRICS)
    expected = {
        "accuracy": 38 / 40,
        "sensitivity": 19 / 20,
        "specificity": 19 / 20,
        "f1": 2 * 19 / (2 * 19 + 1 + 1),
        "rocAuc": 399 / 400,  # One of 400 pairs is in the wrong order.
        "brier": (38 * 0.01 + 2 * 0.49) / 40,
        "logLoss": -(38 * np.log(0.9) + 2 * np.log(0.3)) / 40,
        "sensitivityAtSpecificity95": 1.0,
        "specificityAtSensitivity99": 19 / 20,
    }
    assert {name: metrics[name] for name in expected} == pytest.approx(expected)


def test_confusion_counts_patients_and_a_half_is_malignant() -> None:
    counts = {"malignant": 19, "missed": 1, "benign": 19, "falseAlarms": 1}
    assert confusion(LABELS, PROBABILITIES) == counts
    assert confusion(np.array([0, 1]), np.array([0.4999, 0.5]))["malignant"] == 1


def test_calibrated_probabilities_have_slope_1_and_extreme_ones_less() -> None:
    labels = np.array([1] * 2 + [0] * 8 + [1] * 8 + [0] * 2)
    line = calibration(labels, np.array([0.2] * 10 + [0.8] * 10))
    assert line == pytest.approx((1.0, 0.0), abs=1e-3)
    slope, _ = calibration(labels, np.array([0.05] * 10 + [0.95] * 10))
    assert slope < 0.6


def test_resamples_are_repeatable_and_with_replacement() -> None:
    samples = resample(40, 100)
    assert len(samples) == 100
    assert (np.array(samples) == np.array(resample(40, 100))).all()
    assert len(set(samples[0].tolist())) < 40


def test_an_interval_excludes_a_fortieth_on_each_side() -> None:
    assert interval(0.5, np.arange(1001) / 1000) == {"value": 0.5, "low": 0.025, "high": 0.975}


def test_the_bootstrap_uses_the_same_patients_for_every_model() -> None:
    resampled = bootstrap(LABELS, {"one": PROBABILITIES, "same": PROBABILITIES}, 20)
    assert list(resampled["one"]) == list(METRICS)
    assert (resampled["one"]["accuracy"] == resampled["same"]["accuracy"]).all()
    first = resample(40, 20)[0]
    expected = compute_metrics(LABELS[first], PROBABILITIES[first])
    assert resampled["one"]["rocAuc"][0] == pytest.approx(expected["rocAuc"])


def test_summarizes_runs_by_mean_and_range() -> None:
    runs = [dict.fromkeys(METRICS, value) for value in (0.5, 0.6, 1.0)]
    assert summarize_runs(runs)["accuracy"] == {"mean": 0.7, "least": 0.5, "greatest": 1.0}
