import json
from typing import Any

import pytest

from model import ARTIFACTS
from training.artifacts import SEARCH_FILE
from training.dataset import Dataset
from training.search import SearchConfig, search_with_progress

QUICK = SearchConfig(
    selection={"n_estimators": 3, "max_depth": 1},
    grid={"max_depth": [1], "n_estimators": [2, 3]},
    folds=3,
)


def test_the_result_is_complete_and_repeatable(
    data: Dataset, capsys: pytest.CaptureFixture[str]
) -> None:
    result = search_with_progress(data, QUICK)
    assert "9/9" in capsys.readouterr().err, "3 folds of one elimination step and 2 ensembles"
    assert result["features"] == list(data.columns)
    assert result["parameters"]["max_depth"] == 1
    assert [step["features"] for step in result["selection"]] == [5]
    assert [entry["n_estimators"] for entry in result["grid"]] == [2, 3]
    assert result["f1"] == max(entry["f1"] for entry in result["grid"])
    assert search_with_progress(data, QUICK) == result


def test_features_are_eliminated_one_by_one(all_columns: Dataset) -> None:
    result = search_with_progress(all_columns.select(all_columns.columns[20:29]), QUICK)
    assert [step["features"] for step in result["selection"]] == [5, 6, 7, 8, 9]
    best = max(result["selection"], key=lambda step: step["f1"])
    assert len(result["features"]) == best["features"]


def test_the_committed_result_was_made_with_the_default_config() -> None:
    config = SearchConfig()
    assert config.selection == {"n_estimators": 1000, "max_depth": 3, "max_features": 9}
    assert config.grid == {"max_depth": [1, 2, 3], "n_estimators": [500, 1000, 1500, 2000]}
    result: dict[str, Any] = json.loads((ARTIFACTS / SEARCH_FILE).read_text())
    assert result["folds"] == config.folds == 10
    assert [step["features"] for step in result["selection"]] == list(range(5, 31))
    assert len(result["grid"]) == 12
    best = max(result["grid"], key=lambda entry: entry["f1"])
    assert best == {"max_depth": 1, "n_estimators": 1500, "f1": result["f1"]}
    assert result["parameters"] == {"max_depth": 1, "n_estimators": 1500}
