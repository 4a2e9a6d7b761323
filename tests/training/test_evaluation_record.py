"""Recompute the parts of the committed evaluation record that take seconds.

Recomputed: all metrics, differences, confusion counts, the band and the referrals; the intervals
of accuracy and of its differences, with all resamples; the predictions of every baseline; those of
the whole procedure in two of the ten folds. Not recomputed: the other intervals, the variation
between folds, the search in each fold. `make evaluate` recomputes everything.
"""

from dataclasses import asdict
from datetime import date
from typing import Any

import numpy as np
import pytest

from model import ARTIFACTS
from training.artifacts import read_search_result
from training.baselines import MAJORITY, PROCEDURE, SCORECARD, baselines
from training.dataset import Dataset
from training.evaluation import EvaluationConfig, OutOfFold, evaluate_baseline
from training.evaluation_record import COMMAND
from training.fit import fit
from training.metrics import (
    METRICS,
    RANKING_METRICS,
    compute_metrics,
    confusion,
    interval,
    resample,
)
from training.referral import choose_band, count_referrals

CONFIG = EvaluationConfig()
BASELINES = baselines(read_search_result(ARTIFACTS)["parameters"])
ROUNDING = 1.5e-4
"""Accepted difference of metrics with four decimals: another processor may round the last one
differently. The card shows three decimals."""


def test_the_band_and_the_referrals_follow_from_the_predictions(
    record: dict[str, Any], predictions: OutOfFold
) -> None:
    labels, served = predictions.labels, predictions.models[SCORECARD]
    assert record["band"] == asdict(choose_band(served, labels))
    assert record["referral"] == count_referrals(served, labels, predictions.folds)


@pytest.mark.parametrize("name", [PROCEDURE, *BASELINES])
def test_the_accuracys_intervals_follow_from_the_predictions(
    name: str, record: dict[str, Any], predictions: OutOfFold
) -> None:
    correct, served = (
        (predictions.models[model] >= 0.5) == predictions.labels for model in (name, SCORECARD)
    )
    samples = resample(len(correct), CONFIG.resamples)
    shares, served_shares = (
        np.array([each[sample].mean() for sample in samples]) for each in (correct, served)
    )
    estimate = interval(correct.mean(), shares)
    assert record["metrics"][name]["accuracy"] == pytest.approx(estimate, abs=ROUNDING)
    if name != SCORECARD:
        difference = interval(correct.mean() - served.mean(), shares - served_shares)
        assert record["differences"][name]["accuracy"] == pytest.approx(difference, abs=ROUNDING)


def test_the_differences_are_those_of_the_metrics(
    record: dict[str, Any], predictions: OutOfFold
) -> None:
    metrics = {
        name: compute_metrics(predictions.labels, model)
        for name, model in predictions.models.items()
    }
    assert set(record["differences"]) == set(metrics) - {SCORECARD}
    for name, differences in record["differences"].items():
        for metric, estimate in differences.items():
            difference = metrics[name][metric] - metrics[SCORECARD][metric]
            assert estimate["value"] == pytest.approx(difference, abs=ROUNDING)


@pytest.mark.parametrize("name", [PROCEDURE, *BASELINES])
def test_every_models_metrics_follow_from_its_predictions(
    name: str, record: dict[str, Any], predictions: OutOfFold
) -> None:
    labels, probabilities = predictions.labels, predictions.models[name]
    stored, repeated = record["metrics"][name], record["repetitions"].get(name, {})
    stored_values = {metric: estimate["value"] for metric, estimate in stored.items()}
    moved = probabilities.copy()
    moved[0] = 1 - moved[0]
    for case, same in ((probabilities, True), (probabilities * (1 - 1e-9), True), (moved, False)):
        values = compute_metrics(labels, case)
        recomputed = {metric: values[metric] for metric in stored}
        assert (stored_values == pytest.approx(recomputed, abs=ROUNDING)) is same
    values = compute_metrics(labels, probabilities)
    assert all(each["low"] <= each["value"] <= each["high"] for each in stored.values())
    for metric, run in repeated.items():
        assert run["least"] - ROUNDING <= values[metric] <= run["greatest"] + ROUNDING
        assert run["least"] <= run["mean"] <= run["greatest"]
    assert confusion(predictions.labels, predictions.models[name]) == record["confusion"][name]
    missing = set(RANKING_METRICS) if name == MAJORITY else set()
    assert set(stored) == set(METRICS) - missing
    assert name == PROCEDURE or set(repeated) == set(stored)


def test_it_was_made_with_the_data_and_the_default_config(
    record: dict[str, Any], predictions: OutOfFold, all_columns: Dataset
) -> None:
    assert record["command"] == COMMAND
    assert record["date"] == str(date.fromisoformat(record["date"]))
    assert [choice["fold"] for choice in record["choices"]] == list(range(10))
    assert record["resamples"] == CONFIG.resamples
    assert record["seeds"] == list(CONFIG.seeds)
    assert record["folds"] == CONFIG.folds
    assert (predictions.labels == all_columns.pooled()[1]).all()
    assert (predictions.folds == CONFIG.assign_folds(all_columns)).all()


@pytest.mark.parametrize("name", BASELINES)
def test_the_predictions_of_every_baseline_are_repeatable(
    name: str, predictions: OutOfFold, all_columns: Dataset
) -> None:
    repeated = evaluate_baseline(BASELINES[name], all_columns, CONFIG.split(42))
    # Linear algebra libraries differ in the last digits.
    assert predictions.models[name] == pytest.approx(repeated, abs=1e-6)


@pytest.mark.parametrize("fold", [4, 5])  # Five features, depth 3; fourteen, depth 1.
def test_the_predictions_of_the_procedure_are_repeatable(
    fold: int, record: dict[str, Any], predictions: OutOfFold, all_columns: Dataset
) -> None:
    choice, own = record["choices"][fold], predictions.folds == fold
    data = all_columns.fold(np.flatnonzero(~own), np.flatnonzero(own)).select(choice["features"])
    repeated = fit(data, choice["parameters"]).predict_proba(data.test)[:, 1]
    assert predictions.models[PROCEDURE][own] == pytest.approx(repeated, abs=1e-6)
