import numpy as np
import onnxruntime
import pytest
import skl2onnx
from onnxruntime.capi.onnxruntime_pybind11_state import Fail
from skl2onnx.common.data_types import DoubleTensorType
from sklearn.ensemble import GradientBoostingClassifier


def test_onnx_runtime_does_not_load_the_estimator_in_float64() -> None:
    """As the report says; otherwise it would have to compare float64."""
    rows = np.arange(20.0).reshape(4, 5)
    estimator = GradientBoostingClassifier(n_estimators=1, max_depth=1).fit(rows, [0, 1, 0, 1])
    values = DoubleTensorType([None, 5])
    graph = skl2onnx.to_onnx(
        estimator, initial_types=[("values", values)], options={"zipmap": False}
    )
    with pytest.raises(Fail, match="Type Error"):
        onnxruntime.InferenceSession(graph.SerializeToString())
