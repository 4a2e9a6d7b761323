"""The model without a server, beside scikit-learn and ONNX Runtime."""

import time
from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
from sklearn.ensemble import GradientBoostingClassifier

import model
from benchmarks.engines import Engine, onnx_runtime_engine, scikit_learn_engine, scorecard_engine
from benchmarks.requests import random_observations
from benchmarks.rounds import Progress, RunSize, interleave
from training import dataset
from training.artifacts import read_search_result
from training.fit import fit

SCORECARD, SCIKIT_LEARN, ONNX_RUNTIME = "Scorecard", "scikit-learn", "ONNX Runtime"

# Calls with one row per round; they take each engine about a tenth of a second.
_CALLS = {SCORECARD: 50_000, SCIKIT_LEARN: 250, ONNX_RUNTIME: 5_000}


def fit_estimator() -> GradientBoostingClassifier:
    """Fit the estimator from which the scorecard is compiled, as `make train` does."""
    data = dataset.load().select([feature.column for feature in model.FEATURES])
    return fit(data, read_search_result(model.ARTIFACTS)["parameters"])


def engines() -> dict[str, Engine]:
    """Return the three engines by name."""
    estimator = fit_estimator()
    return {
        SCORECARD: scorecard_engine(model.load()),
        SCIKIT_LEARN: scikit_learn_engine(estimator),
        ONNX_RUNTIME: onnx_runtime_engine(estimator),
    }


def run(size: RunSize, progress: Progress) -> dict[str, Any]:
    """Measure microseconds per row in interleaved rounds, and compare the labels."""
    rows = np.array(list(random_observations(size.model_rows)))
    measurements, labels = {}, {}
    for name, engine in engines().items():
        every = engine.convert(rows)
        single = [engine.convert(row[None]) for row in rows[: _CALLS[name]]]
        measurements[name] = partial(measure, engine, single, every, len(rows))
        labels[name] = engine.labels(engine.predict(every))
    return {
        "rows": len(rows),
        "engines": interleave(measurements, size.starts, progress),
        "equal_labels": {
            name: sum(map(int.__eq__, its, labels[SCIKIT_LEARN])) for name, its in labels.items()
        },
    }


def measure(engine: Engine, single: Sequence[Any], every: Any, rows: int) -> dict[str, float]:
    """Return the microseconds per row in calls with one row, and in one call with all rows."""
    start = time.perf_counter()
    for row in single:
        engine.predict(row)
    middle = time.perf_counter()
    engine.predict(every)
    end = time.perf_counter()
    return {"one_us": (middle - start) / len(single) * 1e6, "all_us": (end - middle) / rows * 1e6}
