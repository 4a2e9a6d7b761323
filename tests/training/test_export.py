"""That the export is exact is tested in test_compiler, and its content in test_main."""

from typing import Any

import pytest
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import GradientBoostingClassifier

from model import ARTIFACTS
from training.artifacts import read_search_result
from training.compiler import compile_ensemble
from training.dataset import Dataset
from training.errors import EvaluationRecordStale, NotExact
from training.export import export_scorecard, require_current

RESULT = read_search_result(ARTIFACTS)


@pytest.mark.parametrize(
    "parameters",
    [{"loss": "exponential"}, {"init": DummyClassifier(strategy="uniform", random_state=0)}],
)
def test_rejects_an_ensemble_that_the_tables_do_not_reproduce(
    parameters: dict[str, Any], data: Dataset, record: dict[str, Any]
) -> None:
    estimator = GradientBoostingClassifier(n_estimators=5, max_depth=1, **parameters)
    estimator.fit(data.train, data.train_labels)
    with pytest.raises(NotExact, match="fit with loss='log_loss' and without a custom initial"):
        export_scorecard(compile_ensemble(estimator, data), estimator, data, RESULT, record)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("features", ["mean radius"]),
        ("parameters", {"max_depth": 1, "n_estimators": 500}),
        ("data", {"source": "elsewhere", "rows": 569, "sha256": "0"}),
    ],
)
def test_rejects_the_evaluation_record_of_another_model(
    key: str, value: object, all_columns: Dataset, record: dict[str, Any]
) -> None:
    require_current(record, all_columns, RESULT)
    with pytest.raises(EvaluationRecordStale, match=f"was made with other {key}; run"):
        require_current({**record, key: value}, all_columns, RESULT)
