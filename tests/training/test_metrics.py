import numpy as np
import pytest

from training.metrics import (
    METRICS,
    RESAMPLES,
    bootstrap,
    calibration,
    confusion,
    figures,
    interval,
    resamples,
    spread,
)

LABELS = np.array([0] * 20 + [1] * 20)
# One false alarm at 0.7, one missed at 0.3; everybody else as it should be.
PROBABILITIES = np.array([0.1] * 19 + [0.7] + [0.3] + [0.9] * 19)


def test_the_figures_of_a_case_counted_by_hand() -> None:
    found = figures(LABELS, PROBABILITIES)
    assert list(found) == list(METRICS)
    assert found["accuracy"] == 38 / 40
    assert found["sensitivity"] == found["specificity"] == 19 / 20
    assert found["f1"] == pytest.approx(2 * 19 / (2 * 19 + 1 + 1))
    # Of the 400 pairs the missed one loses against the false alarm only.
    assert found["rocAuc"] == pytest.approx(399 / 400)
    assert found["brier"] == pytest.approx((38 * 0.01 + 2 * 0.49) / 40)
    assert found["logLoss"] == pytest.approx(-(38 * np.log(0.9) + 2 * np.log(0.3)) / 40)
    assert found["sensitivityAtSpecificity95"] == 1.0
    assert found["specificityAtSensitivity99"] == 19 / 20


def test_the_confusion_is_in_patients() -> None:
    assert confusion(LABELS, PROBABILITIES) == {
        "malignant": 19,
        "missed": 1,
        "benign": 19,
        "falseAlarms": 1,
    }


def test_half_is_malignant() -> None:
    assert confusion(np.array([0, 1]), np.array([0.4999, 0.5]))["malignant"] == 1


def test_probabilities_that_are_the_shares_are_calibrated() -> None:
    labels = np.array([1] * 2 + [0] * 8 + [1] * 8 + [0] * 2)
    slope, intercept = calibration(labels, np.array([0.2] * 10 + [0.8] * 10))
    assert (slope, intercept) == pytest.approx((1.0, 0.0), abs=1e-3)
    steeper, _ = calibration(labels, np.array([0.05] * 10 + [0.95] * 10))
    assert steeper < 0.6, "too extreme probabilities have a slope below 1"


def test_the_resamples_are_the_same_each_time_and_with_replacement() -> None:
    draws = resamples(40)
    assert len(draws) == RESAMPLES
    assert all((one == other).all() for one, other in zip(draws, resamples(40), strict=True))
    assert len(set(draws[0].tolist())) < 40


def test_an_interval_cuts_off_a_fortieth_on_either_side() -> None:
    drawn = np.arange(1001) / 1000
    assert interval(0.5, drawn) == {"value": 0.5, "low": 0.025, "high": 0.975}


def test_the_bootstrap_draws_the_same_patients_for_every_model(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("training.metrics.RESAMPLES", 20)
    drawn = bootstrap(LABELS, {"one": PROBABILITIES, "same": PROBABILITIES})
    assert list(drawn["one"]) == list(METRICS)
    assert (drawn["one"]["accuracy"] == drawn["same"]["accuracy"]).all()
    first = resamples(40)[0]
    assert drawn["one"]["rocAuc"][0] == figures(LABELS[first], PROBABILITIES[first])["rocAuc"]


def test_a_spread_has_the_mean_and_both_ends() -> None:
    runs = [dict.fromkeys(METRICS, value) for value in (0.5, 0.6, 1.0)]
    assert spread(runs)["accuracy"] == {"mean": 0.7, "least": 0.5, "greatest": 1.0}
