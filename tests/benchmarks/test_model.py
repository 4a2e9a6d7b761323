import numpy as np
import onnxruntime
import pytest
import skl2onnx
from onnxruntime.capi.onnxruntime_pybind11_state import Fail
from skl2onnx.common.data_types import DoubleTensorType
from sklearn.ensemble import GradientBoostingClassifier

from benchmarks.model import ONNX_RUNTIME, SCIKIT_LEARN, SCORECARD, run
from benchmarks.rounds import QUICK


def test_all_engines_are_measured_and_predict_the_same_labels() -> None:
    results = run(QUICK, lambda _: None)
    names = {SCORECARD, SCIKIT_LEARN, ONNX_RUNTIME}
    assert results["equal_labels"] == dict.fromkeys(names, QUICK.model_rows)
    assert set(results["engines"]) == names
    for [figures] in results["engines"].values():
        assert figures["one_us"] > figures["all_us"] / 10 > 0


def test_onnx_runtime_does_not_load_the_estimator_in_float64() -> None:
    """As the report says; otherwise it would have to compare float64."""
    rows = np.arange(20.0).reshape(4, 5)
    estimator = GradientBoostingClassifier(n_estimators=1, max_depth=1).fit(rows, [0, 1, 0, 1])
    graph = skl2onnx.to_onnx(
        estimator,
        initial_types=[("values", DoubleTensorType([None, 5]))],
        options={"zipmap": False},
    )
    with pytest.raises(Fail, match="Type Error"):
        onnxruntime.InferenceSession(graph.SerializeToString())
