"""Recompute every part of the committed evaluation record that takes less than a minute."""

from dataclasses import replace
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
from training.metrics import METRICS, RANKING_METRICS, compute_metrics, confusion

CONFIG = EvaluationConfig()
BASELINES = baselines(read_search_result(ARTIFACTS)["parameters"])
ROUNDING = 1.5e-4
"""Accepted difference of metrics with four decimals: another processor may round the last one
differently. The card shows three decimals."""


def test_the_metrics_and_intervals_follow_from_the_predictions(
    record: dict[str, Any], predictions: OutOfFold
) -> None:
    """The intervals of the baselines use the same code and would take three times as long."""
    models = {name: predictions.models[name] for name in (PROCEDURE, SCORECARD)}
    summary = summarize(replace(predictions, models=models), CONFIG.resamples)
    assert set(summary["metrics"]) == set(models)
    assert all(summary[part] == record[part] for part in ("band", "referral"))
    for part in ("metrics", "differences"):
        for name, estimates in summary[part].items():
            for metric, estimate in estimates.items():
                assert estimate == pytest.approx(record[part][name][metric], abs=ROUNDING)


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


@pytest.mark.parametrize("fold", range(10))
def test_the_predictions_of_the_procedure_are_repeatable(
    fold: int, record: dict[str, Any], predictions: OutOfFold, all_columns: Dataset
) -> None:
    """The search in each fold takes minutes, the fit of its result a second."""
    choice, own = record["choices"][fold], predictions.folds == fold
    data = all_columns.fold(np.flatnonzero(~own), np.flatnonzero(own)).select(choice["features"])
    repeated = fit(data, choice["parameters"]).predict_proba(data.test)[:, 1]
    assert predictions.models[PROCEDURE][own] == pytest.approx(repeated, abs=1e-6)
