import numpy as np
import pytest

from tests.training.test_search import QUICK
from training import dataset
from training.baselines import SCORECARD, candidates
from training.dataset import Dataset
from training.evaluation import OutOfFold, Protocol, nested, out_of_fold
from training.fit import fit

SHORT = Protocol(plan=QUICK, folds=3, seeds=(42, 43))


def test_the_full_protocol_is_the_documented_one() -> None:
    protocol = Protocol()
    assert protocol.folds == 10
    assert list(protocol.seeds) == [42, 43, 44, 45, 46, 47, 48, 49, 50, 51]
    assert protocol.plan.folds == 10


def test_every_patient_has_one_fold_and_each_fold_its_share_of_tumours(data: Dataset) -> None:
    folds, labels = SHORT.folds_of(data), data.pooled()[1]
    assert sorted(set(folds.tolist())) == [0, 1, 2]
    assert all(190 >= (folds == fold).sum() >= 189 for fold in range(3))
    assert all(labels[folds == fold].sum() in (70, 71) for fold in range(3))


def test_the_procedure_never_sees_the_patient_that_it_predicts(
    data: Dataset, capsys: pytest.CaptureFixture[str]
) -> None:
    probabilities, choices = nested(data, SHORT)
    folds = SHORT.folds_of(data)
    assert [choice["fold"] for choice in choices] == [0, 1, 2]
    for choice in choices:
        seen, own = np.flatnonzero(folds != choice["fold"]), folds == choice["fold"]
        fold = data.fold(seen, np.flatnonzero(own)).select(choice["features"])
        expected = fit(fold, choice["parameters"]).predict_proba(fold.test)[:, 1]
        assert probabilities[own] == pytest.approx(expected, abs=1e-9)
    assert "27/27" in capsys.readouterr().err, "3 outer folds of 9 fits"


def test_a_candidate_is_fitted_without_the_fold_that_it_predicts(data: Dataset) -> None:
    parameters = {"n_estimators": 5, "max_depth": 1}
    candidate = candidates(parameters)[SCORECARD]
    probabilities = out_of_fold(candidate, data, SHORT.split(42))
    folds = SHORT.folds_of(data)
    fold = data.fold(np.flatnonzero(folds != 1), np.flatnonzero(folds == 1))
    expected = fit(fold, parameters).predict_proba(fold.test)[:, 1]
    assert probabilities[folds == 1] == pytest.approx(expected, abs=1e-9)


def test_no_probability_is_certain() -> None:
    everything = dataset.load()
    certain = candidates({"n_estimators": 5, "max_depth": 1})["logisticAll"]
    probabilities = out_of_fold(certain, everything, SHORT.split(42))
    assert probabilities.min() >= 1e-9
    assert probabilities.max() <= 1 - 1e-9


def test_a_table_is_stored_and_read_back() -> None:
    one = OutOfFold(
        np.array([0, 1]), np.array([1, 0]), {"served": np.array([0.25, 1.0]), "x": np.ones(2)}
    )
    assert one.table() == {
        "columns": ["label", "fold", "served", "x"],
        "rows": [[0, 1, 0.25, 1.0], [1, 0, 1.0, 1.0]],
    }
    other = OutOfFold.stored(one.table())
    assert other.table() == one.table()
    assert other.labels.dtype == np.int64
