"""The evaluation record: out-of-fold predictions and the metrics computed from them."""

import platform
import time
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np
import scipy
import sklearn

from training.baselines import MAJORITY, PROCEDURE, SCORECARD, baselines
from training.dataset import Dataset
from training.evaluation import (
    EvaluationConfig,
    OutOfFold,
    evaluate_baseline,
    evaluate_procedure,
)
from training.metrics import (
    METRICS,
    RANKING_METRICS,
    Metrics,
    Resampled,
    bootstrap,
    compute_metrics,
    confusion,
    interval,
    summarize_runs,
)
from training.referral import choose_band, count_referrals

COMMAND = "python -m training --evaluate"

DIFFERENCES = ("accuracy", "rocAuc", "logLoss")
"""Metrics recorded as differences from the served model, too."""

Estimates = dict[str, dict[str, float]]


def evaluate(
    data: Dataset, search_result: Mapping[str, Any], config: EvaluationConfig
) -> dict[str, Any]:
    """Return the evaluation record of the search and of the model that it selected.

    Takes most of an hour, uses all processor cores and shows a progress bar.
    """
    probabilities, choices = evaluate_procedure(data, config)
    runs = {
        name: [evaluate_baseline(baseline, data, config.split(seed)) for seed in config.seeds]
        for name, baseline in baselines(search_result["parameters"]).items()
    }
    labels, folds = data.pooled()[1], config.assign_folds(data)
    first = {name: repetitions[0] for name, repetitions in runs.items()}
    predictions = OutOfFold(labels, folds, {PROCEDURE: probabilities, **first})
    return {
        **_header(data, search_result, config),
        "choices": choices,
        "repetitions": {
            name: _meaningful(name, summarize_runs([compute_metrics(labels, run) for run in found]))
            for name, found in runs.items()
        },
        **summarize(predictions, config.resamples),
        "patients": predictions.to_table(),
    }


def _header(
    data: Dataset, search_result: Mapping[str, Any], config: EvaluationConfig
) -> dict[str, Any]:
    return {
        "command": COMMAND,
        "date": time.strftime("%Y-%m-%d", time.gmtime()),
        "versions": {
            "python": platform.python_version(),
            "numpy": np.__version__,
            "scipy": scipy.__version__,
            "scikit-learn": sklearn.__version__,
        },
        "data": data.provenance(pooled=True),
        "features": search_result["features"],
        "parameters": search_result["parameters"],
        "folds": config.folds,
        "seeds": list(config.seeds),
        "resamples": config.resamples,
    }


def summarize(predictions: OutOfFold, resamples: int) -> dict[str, Any]:
    """Return the part of the record that is computed from the predictions, in a minute."""
    labels, served = predictions.labels, predictions.models[SCORECARD]
    values = {name: compute_metrics(labels, model) for name, model in predictions.models.items()}
    resampled = bootstrap(labels, predictions.models, resamples)
    return {
        "metrics": {
            name: _meaningful(name, _intervals(values[name], resampled[name])) for name in values
        },
        "differences": {
            name: _differences(values, resampled, name) for name in values if name != SCORECARD
        },
        "confusion": {name: confusion(labels, model) for name, model in predictions.models.items()},
        "band": asdict(choose_band(served, labels)),
        "referral": count_referrals(served, labels, predictions.folds),
    }


def _intervals(values: Metrics, resampled: Resampled) -> Estimates:
    return {name: interval(values[name], resampled[name]) for name in METRICS}


def _differences(
    values: Mapping[str, Metrics], resampled: Mapping[str, Resampled], name: str
) -> Estimates:
    return {
        metric: interval(
            values[name][metric] - values[SCORECARD][metric],
            resampled[name][metric] - resampled[SCORECARD][metric],
        )
        for metric in DIFFERENCES
    }


def _meaningful(model: str, estimates: Estimates) -> Estimates:
    """Return ``estimates`` without the metrics that are meaningless for constant predictions."""
    if model != MAJORITY:
        return estimates
    return {name: estimates[name] for name in METRICS if name not in RANKING_METRICS}
