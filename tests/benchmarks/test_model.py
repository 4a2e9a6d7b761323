import json
from dataclasses import replace
from math import inf, nextafter
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import onnxruntime
import pytest
import skl2onnx
from onnxruntime.capi.onnxruntime_pybind11_state import Fail
from skl2onnx.common.data_types import DoubleTensorType
from sklearn.ensemble import GradientBoostingClassifier

import model
from benchmarks.model import agreement, beside_thresholds, compared, main, uniform
from benchmarks.model_report import PACKAGES, render
from benchmarks.report import machine
from benchmarks.ways import ONNX_RUNTIME, OURS, SCIKIT_LEARN, Ours, Way
from tests.conftest import ROOT


@pytest.fixture(scope="module")
def ways(scorecard: model.Scorecard) -> dict[str, Way]:
    return compared(scorecard)


def test_all_three_are_measured_and_reported(tmp_path: Path) -> None:
    main(["--rows", "300", "--rounds", "2", "--output", str(tmp_path)])
    content = json.loads((tmp_path / "model.json").read_text())
    results = content["results"]
    for kind in ("one", "many"):
        assert list(results[kind]) == [OURS, SCIKIT_LEARN, ONNX_RUNTIME]
        assert all(len(each) == 2 and min(each) > 0 for each in results[kind].values())
    for found in results["agreement"].values():
        assert {name: each["rows"] for name, each in found.items()} == {
            OURS: 300,
            ONNX_RUNTIME: 300,
        }
        assert found[OURS]["same"] == 300
        assert found[OURS]["furthest"] < 1e-12
        assert found[ONNX_RUNTIME]["furthest"] > 1e-9, "it is float32"
    assert render(content) in (tmp_path / "README.md").read_text()


@pytest.mark.parametrize("name", [OURS, SCIKIT_LEARN, ONNX_RUNTIME])
def test_one_by_one_and_at_once_give_the_same_labels(
    ways: dict[str, Way], name: str, scorecard: model.Scorecard
) -> None:
    way, rows = ways[name], uniform(scorecard, 50)
    labels = way.answers(rows)[0].tolist()
    assert set(labels) == {0, 1}
    assert [_labels(way.predict(single)) for single in way.singles(rows)] == [[x] for x in labels]
    assert _labels(way.predict_all(way.whole(rows))) == labels


def _labels(predicted: Any) -> list[int]:
    """Return the labels in what a way returns: a verdict, several, an array, or that in a list."""
    if isinstance(predicted, model.PredictionResult):
        return [predicted.label]
    if isinstance(predicted[0], model.PredictionResult):
        return [verdict.label for verdict in predicted]
    labels: list[int] = np.ravel(predicted).tolist()
    return labels


def test_uniform_rows_are_all_over_the_training_ranges(scorecard: model.Scorecard) -> None:
    rows = uniform(scorecard, 1000)
    assert (rows == uniform(scorecard, 1000)).all()
    for feature, column in zip(scorecard.features, rows.T, strict=True):
        tenth = (feature.maximum - feature.minimum) / 10
        assert feature.minimum <= column.min() < feature.minimum + tenth
        assert feature.maximum - tenth < column.max() <= feature.maximum


def test_rows_beside_thresholds_are_nowhere_else(scorecard: model.Scorecard) -> None:
    rows = beside_thresholds(scorecard, 2000)
    for feature, column in zip(scorecard.features, rows.T, strict=True):
        assert set(column.tolist()) == {
            side
            for threshold in feature.thresholds
            for side in (nextafter(threshold, -inf), threshold, nextafter(threshold, inf))
        }


def test_a_label_that_is_not_scikit_learns_is_counted(
    ways: dict[str, Way], scorecard: model.Scorecard
) -> None:
    worse = Ours(replace(scorecard, intercept=scorecard.intercept + 1))
    found = agreement({**ways, OURS: worse}, uniform(scorecard, 2000))[OURS]
    assert 0 < found["same"] < found["rows"] == 2000
    assert 0.1 < found["furthest"] < 0.3


def test_onnx_runtime_does_not_load_the_estimator_in_float64() -> None:
    """As the report says, which would otherwise have to compare that, too."""
    rows = np.arange(20.0).reshape(4, 5)
    estimator = GradientBoostingClassifier(n_estimators=1, max_depth=1).fit(rows, [0, 1, 0, 1])
    graph = skl2onnx.to_onnx(
        estimator,
        initial_types=[("values", DoubleTensorType([None, 5]))],
        options={"zipmap": False},
    )
    with pytest.raises(Fail, match="Type Error"):
        onnxruntime.InferenceSession(graph.SerializeToString())


def test_the_section_shows_medians_and_ratios() -> None:
    turns = {OURS: [2.0, 1.0, 9.0], SCIKIT_LEARN: [600.0] * 3, ONNX_RUNTIME: [20.0] * 3}
    found = {
        OURS: {"rows": 1000, "same": 1000, "furthest": 5e-14},
        ONNX_RUNTIME: {"rows": 1000, "same": 998, "furthest": 3.4e-7},
    }
    results = {"one": turns, "many": turns, "agreement": {"uniform": found}}
    section = render({"machine": machine(PACKAGES), "results": results})
    cells = "2.00 (1.00 to 9.00) | 1.0"
    assert f"| ours | {cells} | {cells} |" in section
    assert "| scikit-learn | 600.00 (600.00 to 600.00) | 300.0 |" in section
    assert "| drawn from the training ranges | 1,000, within 5e-14 | 998, within 3e-07 |" in section
    assert "| 1,000 rows at once |" in section


def test_the_committed_figures_are_what_is_promised() -> None:
    """Not a timed test: it reads what `make bench-model` measured and somebody committed."""
    results = json.loads((ROOT / "benchmarks" / "model.json").read_text())["results"]
    one = {name: median(each) for name, each in results["one"].items()}
    assert one[OURS] <= 2
    assert all(one[OURS] < each for name, each in one.items() if name != OURS)
    assert all(len(each) >= 15 for each in results["one"].values())
    for found in results["agreement"].values():
        assert found[OURS]["same"] == found[OURS]["rows"] == 100_000
