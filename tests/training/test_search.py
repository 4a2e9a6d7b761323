import pytest

from training import dataset
from training.dataset import Dataset
from training.search import Plan, search

QUICK = Plan(
    selection={"n_estimators": 3, "max_depth": 1},
    grid={"max_depth": [1], "n_estimators": [2, 3]},
    folds=3,
)


def test_what_was_found_is_stored_whole_and_repeatable(data: Dataset) -> None:
    found = search(data, QUICK)
    assert found["features"] == list(data.columns)
    assert found["parameters"]["max_depth"] == 1
    assert [step["features"] for step in found["selection"]] == [5]
    assert [entry["n_estimators"] for entry in found["grid"]] == [2, 3]
    assert found["f1"] == max(entry["f1"] for entry in found["grid"])
    assert search(data, QUICK) == found


def test_features_are_dropped_one_by_one() -> None:
    nine = dataset.load().select(dataset.load().columns[20:29])
    found = search(nine, QUICK)
    assert [step["features"] for step in found["selection"]] == [5, 6, 7, 8, 9]
    best = max(found["selection"], key=lambda step: step["f1"])
    assert len(found["features"]) == best["features"]


def test_the_progress_bar_counts_every_fit(
    data: Dataset, capsys: pytest.CaptureFixture[str]
) -> None:
    search(data, QUICK)
    shown = capsys.readouterr().err
    assert "cross-validation fits" in shown
    assert "9/9" in shown, "3 folds of one elimination step and of 2 candidates"


def test_the_full_plan_is_the_documented_one() -> None:
    plan = Plan()
    assert plan.selection == {"n_estimators": 1000, "max_depth": 3, "max_features": 9}
    assert plan.grid == {"max_depth": [1, 2, 3], "n_estimators": [500, 1000, 1500, 2000]}
    assert (plan.minimum_features, plan.folds) == (5, 10)
