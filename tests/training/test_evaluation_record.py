"""Recompute the parts of the committed evaluation record that take seconds.

Recomputed: all metrics, differences, confusion counts, the band and the referrals; the intervals
of accuracy and of its differences, with all resamples; the predictions of the served model and of
the whole procedure in two of the ten folds, and those of the other baselines in all. Not
recomputed: the other intervals, the variation between folds, the search in each fold. `make
evaluate` recomputes everything.
"""

from datetime import date
from typing import Any

import numpy as np
import pytest

from model import ARTIFACTS
from training.artifacts import read_search_result
from training.baselines import MAJORITY, PROCEDURE, SCORECARD, baselines
from training.dataset import Dataset
from training.evaluation import EvaluationConfig, OutOfFold, evaluate_baseline
from training.evaluation_record import COMMAND, summarize
from training.fit import fit
from training.metrics import (
    METRICS,
    RANKING_METRICS,
    compute_metrics,
    confusion,
    interval,
    resample,
)

CONFIG = EvaluationConfig()
PARAMETERS = read_search_result(ARTIFACTS)["parameters"]
BASELINES = baselines(PARAMETERS)
ROUNDING = 1.5e-4
"""Accepted difference of metrics with four decimals: another processor may round the last one
differently. The card shows three decimals."""


def test_all_but_the_intervals_follow_from_the_predictions(
    record: dict[str, Any], predictions: OutOfFold
) -> None:
    summary = summarize(predictions, resamples=5)
    assert all(summary[part] == record[part] for part in ("confusion", "band", "referral"))
    for part in ("metrics", "differences"):
        assert without_intervals(summary[part]) == pytest.approx(
            without_intervals(record[part]), abs=ROUNDING
        )


def without_intervals(models: dict[str, Any]) -> dict[tuple[str, str], float]:
    """Return the value of each model's metrics without its interval."""
    return {
        (name, metric): estimate["value"]
        for name, estimates in models.items()
        for metric, estimate in estimates.items()
    }


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


@pytest.mark.parametrize("name", [name for name in BASELINES if name != SCORECARD])
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


@pytest.mark.parametrize("fold", [4, 5])
def test_the_predictions_of_the_served_model_are_repeatable(
    fold: int, predictions: OutOfFold, data: Dataset
) -> None:
    own = predictions.folds == fold
    split = data.fold(np.flatnonzero(~own), np.flatnonzero(own))
    repeated = fit(split, PARAMETERS).predict_proba(split.test)[:, 1]
    assert predictions.models[SCORECARD][own] == pytest.approx(repeated, abs=1e-6)
