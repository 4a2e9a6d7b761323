"""Three ways to get the same ensemble's answers: ours, scikit-learn's and ONNX Runtime's."""

from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import onnxruntime
import skl2onnx
from skl2onnx.common.data_types import FloatTensorType
from sklearn.ensemble import GradientBoostingClassifier

from model import PredictionResult, Scorecard

Rows = npt.NDArray[np.float64]
"""Observations, one a row."""

OURS, SCIKIT_LEARN, ONNX_RUNTIME = "ours", "scikit-learn", "ONNX Runtime"


class Way(Protocol):
    """One way, and the form in which it takes observations; making that is not timed."""

    def singles(self, rows: Rows) -> list[Any]:
        """Return each of ``rows`` as `predict` takes it."""

    def whole(self, rows: Rows) -> Any:
        """Return ``rows`` as `predict_all` takes them."""

    def predict(self, single: Any) -> Any:
        """Predict one observation."""

    def predict_all(self, whole: Any) -> Any:
        """Predict many observations."""

    def answers(self, rows: Rows) -> tuple[npt.NDArray[Any], Rows]:
        """Return the labels of ``rows``, and the probabilities that they are malignant."""


class Ours:
    """The scorecard in plain Python; a label comes with its probability and decision."""

    def __init__(self, scorecard: Scorecard) -> None:
        """Predict with ``scorecard``."""
        self._score, self._verdict = scorecard.score, scorecard.result

    def singles(self, rows: Rows) -> list[Any]:
        """Return lists, as a request's values are."""
        return list(rows.tolist())

    def whole(self, rows: Rows) -> Any:
        """Return a list of lists."""
        return rows.tolist()

    def predict(self, single: list[float]) -> PredictionResult:
        """Look five numbers up and add them."""
        return self._verdict(self._score(single))

    def predict_all(self, whole: list[list[float]]) -> list[PredictionResult]:
        """Do so for each row, as the service does."""
        score, verdict = self._score, self._verdict
        return [verdict(score(values)) for values in whole]

    def answers(self, rows: Rows) -> tuple[npt.NDArray[Any], Rows]:
        """Return what the service would answer."""
        verdicts = self.predict_all(self.whole(rows))
        labels = np.array([verdict.label for verdict in verdicts])
        return labels, np.array([verdict.probability for verdict in verdicts])


class ScikitLearn:
    """The fitted estimator itself."""

    def __init__(self, estimator: GradientBoostingClassifier) -> None:
        """Predict with ``estimator``."""
        self._estimator = estimator

    def singles(self, rows: Rows) -> list[Any]:
        """Return arrays of one row."""
        return list(rows[:, None])

    def whole(self, rows: Rows) -> Any:
        """Return ``rows``."""
        return rows

    def predict(self, single: Rows) -> Any:
        """Return the label in an array."""
        return self._estimator.predict(single)

    def predict_all(self, whole: Rows) -> Any:
        """Return the labels in an array."""
        return self._estimator.predict(whole)

    def answers(self, rows: Rows) -> tuple[npt.NDArray[Any], Rows]:
        """Return what the others are compared with."""
        return self._estimator.predict(rows), self._estimator.predict_proba(rows)[:, 1]


class OnnxRuntime:
    """The estimator as skl2onnx converts it, on one thread, like the other two.

    In float32: of an ensemble in float64, ONNX Runtime refuses to load the graph.
    """

    def __init__(self, estimator: GradientBoostingClassifier) -> None:
        """Convert ``estimator``, and load what it became."""
        values = FloatTensorType([None, estimator.n_features_in_])
        graph = skl2onnx.to_onnx(
            estimator, initial_types=[("values", values)], options={"zipmap": False}
        )
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(
            graph.SerializeToString(), options, providers=["CPUExecutionProvider"]
        )

    def singles(self, rows: Rows) -> list[Any]:
        """Return arrays of one row, in float32."""
        return list(self.whole(rows)[:, None])

    def whole(self, rows: Rows) -> Any:
        """Return ``rows`` in float32."""
        return rows.astype(np.float32)

    def predict(self, single: Any) -> Any:
        """Return the label in an array."""
        return self._session.run(("label",), {"values": single})

    def predict_all(self, whole: Any) -> Any:
        """Return the labels in an array."""
        return self._session.run(("label",), {"values": whole})

    def answers(self, rows: Rows) -> tuple[npt.NDArray[Any], Rows]:
        """Return what the converted estimator says."""
        labels, probabilities = self._session.run(None, {"values": self.whole(rows)})
        return labels, probabilities[:, 1].astype(np.float64)
