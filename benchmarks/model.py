"""The model without a server, beside scikit-learn and ONNX Runtime."""

import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import onnxruntime
import skl2onnx
from skl2onnx.common.data_types import FloatTensorType
from sklearn.ensemble import GradientBoostingClassifier

import model
from benchmarks.requests import random_observations
from benchmarks.rounds import Progress, RunSize, interleave
from training import dataset
from training.artifacts import read_search_result
from training.fit import fit

SCORECARD, SCIKIT_LEARN, ONNX_RUNTIME = "Scorecard", "scikit-learn", "ONNX Runtime"

# Calls with one row per round; they take each engine about a tenth of a second.
_CALLS = {SCORECARD: 50_000, SCIKIT_LEARN: 250, ONNX_RUNTIME: 5_000}

Rows = npt.NDArray[np.float64]
"""Observations, one per row."""


class Engine(NamedTuple):
    """An engine with an input format of its own.

    Attributes:
        convert: Converts rows into that format; this is not measured.
        predict: Returns the labels of converted rows.
    """

    convert: Callable[[Rows], Any]
    predict: Callable[[Any], Sequence[int]]


def fit_estimator() -> GradientBoostingClassifier:
    """Fit the estimator from which the scorecard is compiled, as `make train` does."""
    data = dataset.load().select([feature.column for feature in model.FEATURES])
    return fit(data, read_search_result(model.ARTIFACTS)["parameters"])


def engines() -> dict[str, Engine]:
    """Return the three engines by name.

    The scorecard also computes probability and decision. ONNX Runtime runs on one thread like
    the others, and in float32: it does not load an ensemble in float64.
    """
    estimator = fit_estimator()
    scorecard, session = model.load(), _onnx_session(estimator)
    return {
        SCORECARD: Engine(
            lambda rows: rows.tolist(),
            lambda rows: [scorecard.result(scorecard.score(values)).label for values in rows],
        ),
        SCIKIT_LEARN: Engine(lambda rows: rows, estimator.predict),
        ONNX_RUNTIME: Engine(
            lambda rows: rows.astype(np.float32),
            lambda rows: session.run(("label",), {"values": rows})[0],
        ),
    }


def run(size: RunSize, progress: Progress) -> dict[str, Any]:
    """Measure microseconds per row in interleaved rounds, and compare the labels."""
    rows = np.array(list(random_observations(size.model_rows)))
    measurements, labels = {}, {}
    for name, engine in engines().items():
        every = engine.convert(rows)
        single = [engine.convert(row[None]) for row in rows[: _CALLS[name]]]
        measurements[name] = partial(measure, engine, single, every)
        labels[name] = np.array(engine.predict(every))
    return {
        "rows": len(rows),
        "engines": interleave(measurements, size.starts, progress),
        "equal_labels": {
            name: int((its == labels[SCIKIT_LEARN]).sum()) for name, its in labels.items()
        },
    }


def measure(engine: Engine, single: Sequence[Any], every: Any) -> dict[str, float]:
    """Return the microseconds per row in calls with one row, and in one call with all rows."""
    start = time.perf_counter()
    for row in single:
        engine.predict(row)
    middle = time.perf_counter()
    engine.predict(every)
    end = time.perf_counter()
    return {
        "one_us": (middle - start) / len(single) * 1e6,
        "all_us": (end - middle) / len(every) * 1e6,
    }


def _onnx_session(estimator: GradientBoostingClassifier) -> onnxruntime.InferenceSession:
    values = FloatTensorType([None, estimator.n_features_in_])
    graph = skl2onnx.to_onnx(
        estimator, initial_types=[("values", values)], options={"zipmap": False}
    )
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(
        graph.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
