"""The record of an evaluation: the predictions, and every figure that derives from them."""

import platform
import time
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np
import scipy
import sklearn

from training.baselines import MAJORITY, PROCEDURE, SCORECARD, candidates
from training.dataset import Dataset
from training.evaluation import OutOfFold, Protocol, nested, out_of_fold
from training.metrics import (
    METRICS,
    RANKING,
    RESAMPLES,
    Drawn,
    Figures,
    bootstrap,
    confusion,
    figures,
    interval,
    spread,
)
from training.referral import choose_band, referral

COMMAND = "python -m training --evaluate"

DIFFERENCES = ("accuracy", "rocAuc", "logLoss")
"""The figures whose difference from the served model's is stored too."""


def evaluate(data: Dataset, found: Mapping[str, Any], protocol: Protocol) -> dict[str, Any]:
    """Return the evaluation of the search whose result ``found`` is, ready to be stored.

    Takes most of an hour, uses all processor cores and shows its progress.
    """
    probabilities, choices = nested(data, protocol)
    runs = [
        {
            name: out_of_fold(candidate, candidate.seen(data), protocol.split(seed))
            for name, candidate in candidates(found["parameters"]).items()
        }
        for seed in protocol.seeds
    ]
    labels, folds = data.pooled()[1], protocol.folds_of(data)
    predictions = OutOfFold(labels, folds, {PROCEDURE: probabilities, **runs[0]})
    return {
        **_header(data, found, protocol),
        "choices": choices,
        "repetitions": {
            name: _kept(name, spread([figures(labels, run[name]) for run in runs]))
            for name in runs[0]
        },
        **derived(predictions),
        "patients": predictions.table(),
    }


def _header(data: Dataset, found: Mapping[str, Any], protocol: Protocol) -> dict[str, Any]:
    return {
        "command": COMMAND,
        "date": time.strftime("%Y-%m-%d", time.gmtime()),
        "versions": {
            "python": platform.python_version(),
            "numpy": np.__version__,
            "scipy": scipy.__version__,
            "scikit-learn": sklearn.__version__,
        },
        "data": data.provenance(everybody=True),
        "features": found["features"],
        "parameters": found["parameters"],
        "folds": protocol.folds,
        "seeds": list(protocol.seeds),
        "resamples": RESAMPLES,
    }


def derived(predictions: OutOfFold) -> dict[str, Any]:
    """Return what the predictions say: the part of the record that takes a minute."""
    labels, served = predictions.labels, predictions.models[SCORECARD]
    values = {name: figures(labels, model) for name, model in predictions.models.items()}
    drawn = bootstrap(labels, predictions.models)
    return {
        "metrics": {name: _kept(name, _intervals(values[name], drawn[name])) for name in values},
        "differences": {
            name: _differences(values, drawn, name) for name in values if name != SCORECARD
        },
        "confusion": {name: confusion(labels, model) for name, model in predictions.models.items()},
        "band": asdict(choose_band(served, labels)),
        "referral": referral(served, labels, predictions.folds),
    }


def _intervals(values: Figures, drawn: Drawn) -> dict[str, dict[str, float]]:
    return {name: interval(values[name], drawn[name]) for name in METRICS}


def _differences(
    values: Mapping[str, Figures], drawn: Mapping[str, Drawn], name: str
) -> dict[str, dict[str, float]]:
    return {
        figure: interval(
            values[name][figure] - values[SCORECARD][figure],
            drawn[name][figure] - drawn[SCORECARD][figure],
        )
        for figure in DIFFERENCES
    }


def _kept(name: str, by_figure: dict[str, dict[str, float]]) -> dict[str, dict[str, float]]:
    """Return the figures that mean something for the model of that name."""
    if name != MAJORITY:
        return by_figure
    return {figure: by_figure[figure] for figure in METRICS if figure not in RANKING}
