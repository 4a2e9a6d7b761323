"""Engines that predict with the same ensemble: the scorecard, scikit-learn and ONNX Runtime."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import onnxruntime
import skl2onnx
from skl2onnx.common.data_types import FloatTensorType
from sklearn.ensemble import GradientBoostingClassifier

from model import Scorecard

Rows = npt.NDArray[np.float64]
"""Observations, one per row."""


@dataclass(frozen=True)
class Engine:
    """An engine with an input format of its own.

    Attributes:
        convert: Converts rows into that format; this is not measured.
        predict: Predicts converted rows.
        labels: Returns the labels of what `predict` returned.
    """

    convert: Callable[[Rows], Any]
    predict: Callable[[Any], Any]
    labels: Callable[[Any], list[int]]


def scorecard_engine(scorecard: Scorecard) -> Engine:
    """Return the scorecard in plain Python; it also computes probability and decision."""
    score, result = scorecard.score, scorecard.result
    return Engine(
        convert=lambda rows: rows.tolist(),
        predict=lambda rows: [result(score(values)) for values in rows],
        labels=lambda results: [each.label for each in results],
    )


def scikit_learn_engine(estimator: GradientBoostingClassifier) -> Engine:
    """Return the fitted estimator."""
    return Engine(
        convert=lambda rows: rows,
        predict=estimator.predict,
        labels=lambda array: list(array.tolist()),
    )


def onnx_runtime_engine(estimator: GradientBoostingClassifier) -> Engine:
    """Return the estimator as converted by skl2onnx, on one thread like the others.

    In float32: ONNX Runtime does not load an ensemble in float64.
    """
    values = FloatTensorType([None, estimator.n_features_in_])
    graph = skl2onnx.to_onnx(
        estimator, initial_types=[("values", values)], options={"zipmap": False}
    )
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(
        graph.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    return Engine(
        convert=lambda rows: rows.astype(np.float32),
        predict=lambda rows: session.run(("label",), {"values": rows}),
        labels=lambda outputs: list(outputs[0].tolist()),
    )
