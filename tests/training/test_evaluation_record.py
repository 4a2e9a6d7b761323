"""The stored evaluation: every figure in it that can be had in a minute is computed anew."""

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest

from model import ARTIFACTS
from tests.training.test_evaluation import SHORT
from training import dataset
from training.artifacts import read_evidence, read_search
from training.baselines import MAJORITY, PROCEDURE, SCORECARD, candidates
from training.dataset import Dataset
from training.evaluation import OutOfFold, Protocol, out_of_fold
from training.evaluation_record import COMMAND, derived, evaluate
from training.fit import fit
from training.metrics import METRICS, PLACES, RANKING, RESAMPLES, confusion, figures

STORED = read_evidence(ARTIFACTS)
PREDICTIONS = OutOfFold.stored(STORED["patients"])


def test_all_that_the_predictions_of_ours_say_is_what_is_stored() -> None:
    """The other models' intervals take the same code three times as long."""
    ours = {name: PREDICTIONS.models[name] for name in (PROCEDURE, SCORECARD)}
    found = derived(replace(PREDICTIONS, models=ours))
    assert {key: found[key] for key in ("band", "referral")} == {
        key: STORED[key] for key in ("band", "referral")
    }
    assert set(found["metrics"]) == set(ours)
    for part in ("metrics", "differences", "confusion"):
        assert found[part] == {name: STORED[part][name] for name in found[part]}


@pytest.mark.parametrize("name", list(STORED["metrics"]))
def test_every_models_figures_follow_from_its_predictions(name: str) -> None:
    values = figures(PREDICTIONS.labels, PREDICTIONS.models[name])
    stored = STORED["metrics"][name]
    assert {figure: stored[figure]["value"] for figure in stored} == {
        figure: round(values[figure], PLACES) for figure in stored
    }
    assert all(each["low"] <= each["value"] <= each["high"] for each in stored.values())
    assert confusion(PREDICTIONS.labels, PREDICTIONS.models[name]) == STORED["confusion"][name]


def test_it_ran_to_its_end() -> None:
    assert STORED["command"] == COMMAND
    assert STORED["date"] == str(date.fromisoformat(STORED["date"]))
    assert [choice["fold"] for choice in STORED["choices"]] == list(range(10))
    assert STORED["resamples"] == RESAMPLES
    assert STORED["seeds"] == list(Protocol().seeds)
    assert STORED["folds"] == Protocol().folds
    assert set(STORED["versions"]) == {"python", "numpy", "scipy", "scikit-learn"}


def test_the_patients_are_the_data_sets_in_their_folds() -> None:
    everybody = dataset.load()
    assert (PREDICTIONS.labels == everybody.pooled()[1]).all()
    assert (PREDICTIONS.folds == Protocol().folds_of(everybody)).all()


@pytest.mark.parametrize("name", list(candidates(STORED["parameters"])))
def test_the_predictions_of_a_model_with_nothing_to_choose(name: str) -> None:
    candidate = candidates(STORED["parameters"])[name]
    again = out_of_fold(candidate, candidate.seen(dataset.load()), Protocol().split(42))
    # Another processor's linear algebra may end in another last digit.
    assert PREDICTIONS.models[name] == pytest.approx(again, abs=1e-6)


@pytest.mark.parametrize("fold", range(10))
def test_the_procedures_predictions_follow_from_what_each_fold_chose(fold: int) -> None:
    """What each fold chose takes minutes to find; that it predicts what is stored, a second."""
    choice = STORED["choices"][fold]
    own = np.flatnonzero(PREDICTIONS.folds == fold)
    others = np.flatnonzero(PREDICTIONS.folds != fold)
    split = dataset.load().fold(others, own).select(choice["features"])
    again = fit(split, choice["parameters"]).predict_proba(split.test)[:, 1]
    assert PREDICTIONS.models[PROCEDURE][own] == pytest.approx(again, abs=1e-9)


def test_the_first_repetition_is_within_the_range_of_all() -> None:
    for name, by_figure in STORED["repetitions"].items():
        values = figures(PREDICTIONS.labels, PREDICTIONS.models[name])
        for figure, found in by_figure.items():
            assert found["least"] - 1e-4 <= values[figure] <= found["greatest"] + 1e-4
            assert found["least"] <= found["mean"] <= found["greatest"]


def test_a_model_that_ranks_nobody_has_no_figures_about_ranks() -> None:
    assert set(STORED["metrics"][MAJORITY]) == set(METRICS) - set(RANKING)
    assert set(STORED["metrics"][PROCEDURE]) == set(METRICS)


def test_a_short_evaluation_has_every_part(data: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("training.metrics.RESAMPLES", 5)
    found: dict[str, Any] = evaluate(data, read_search(ARTIFACTS), SHORT)
    assert {*found, "sha256"} == set(STORED)
    assert len(found["choices"]) == 3
    assert found["seeds"] == [42, 43]
    stored = OutOfFold.stored(found["patients"])
    assert derived(stored)["metrics"] == found["metrics"]
    assert found["metrics"][SCORECARD]["accuracy"]["value"] > 0.95
