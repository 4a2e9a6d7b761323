import numpy as np
import pytest

from tests.training.test_search import QUICK
from training.baselines import baselines
from training.dataset import Dataset
from training.evaluation import (
    EvaluationConfig,
    OutOfFold,
    evaluate_baseline,
    evaluate_procedure,
)
from training.fit import fit

SHORT = EvaluationConfig(search=QUICK, folds=3, seeds=(42, 43), resamples=5)


def test_the_default_config_is_the_documented_one() -> None:
    config = EvaluationConfig()
    assert (config.folds, config.search.folds, config.resamples) == (10, 10, 1000)
    assert list(config.seeds) == [42, 43, 44, 45, 46, 47, 48, 49, 50, 51]


def test_every_patient_has_one_fold_and_folds_are_stratified(data: Dataset) -> None:
    folds, labels = SHORT.assign_folds(data), data.pooled()[1]
    assert sorted(set(folds.tolist())) == [0, 1, 2]
    assert all((folds == fold).sum() in (189, 190) for fold in range(3))
    assert all(labels[folds == fold].sum() in (70, 71) for fold in range(3))


def test_the_procedure_never_uses_the_patients_that_it_predicts(
    data: Dataset, capsys: pytest.CaptureFixture[str]
) -> None:
    probabilities, choices = evaluate_procedure(data, SHORT)
    folds = SHORT.assign_folds(data)
    assert [choice["fold"] for choice in choices] == [0, 1, 2]
    for choice in choices:
        others, own = folds != choice["fold"], folds == choice["fold"]
        fold = data.fold(np.flatnonzero(others), np.flatnonzero(own)).select(choice["features"])
        expected = fit(fold, choice["parameters"]).predict_proba(fold.test)[:, 1]
        assert probabilities[own] == pytest.approx(expected, abs=1e-9)
    assert "27/27" in capsys.readouterr().err, "3 outer folds of 9 fits"


def test_no_probability_is_0_or_1(all_columns: Dataset) -> None:
    logistic = baselines({})["logisticAll"]
    probabilities = evaluate_baseline(logistic, all_columns, SHORT.split(42))
    assert 1e-9 <= probabilities.min() < probabilities.max() <= 1 - 1e-9


def test_predictions_are_stored_and_read_back() -> None:
    models = {"served": np.array([0.25, 1.0]), "x": np.ones(2)}
    predictions = OutOfFold(np.array([0, 1]), np.array([1, 0]), models)
    table = {
        "columns": ["label", "fold", "served", "x"],
        "rows": [[0, 1, 0.25, 1.0], [1, 0, 1.0, 1.0]],
    }
    assert predictions.to_table() == table
    assert OutOfFold.from_table(table).to_table() == table
    assert OutOfFold.from_table(table).labels.dtype == np.int64
