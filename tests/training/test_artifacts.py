import json
from pathlib import Path

import joblib
import pytest
from sklearn.ensemble import GradientBoostingClassifier

from model import SCORECARD_FILE
from training.artifacts import (
    ESTIMATOR_FILE,
    EVALUATION_FILE,
    SEARCH_FILE,
    read_evaluation_record,
    read_search_result,
    to_json,
    write_artifacts,
)
from training.dataset import Dataset
from training.errors import EvaluationRecordMissing, SearchResultMissing


def test_writes_texts_and_the_compiled_estimator(
    estimator: GradientBoostingClassifier, data: Dataset, tmp_path: Path
) -> None:
    texts = {"some/card.md": "a card", SCORECARD_FILE: "{}"}
    write_artifacts(tmp_path, texts, estimator)
    assert {name: (tmp_path / name).read_text(encoding="utf-8") for name in texts} == texts
    loaded = joblib.load(tmp_path / ESTIMATOR_FILE)
    assert (loaded.decision_function(data.test) == estimator.decision_function(data.test)).all()
    assert {path.name for path in tmp_path.iterdir()} == {SCORECARD_FILE, ESTIMATOR_FILE, "some"}


def test_innermost_lists_and_objects_stay_on_one_line() -> None:
    record = {"rows": [[1, 2], [3]], "all": [0.5, "a b"], "one": {"two": 2, "three": [3]}}
    assert to_json(record) == (
        '{\n  "rows": [\n    [1, 2],\n    [3]\n  ],\n  "all": [0.5, "a b"],\n'
        '  "one": {\n    "two": 2,\n    "three": [3]\n  }\n}\n'
    )
    assert json.loads(to_json(record)) == record


def test_rejects_numbers_that_are_not_json() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        to_json({"score": float("nan")})


@pytest.mark.parametrize("content", [None, "", "[]", "{}", '{"features": []}'])
def test_rejects_missing_and_malformed_records(content: str | None, tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / SEARCH_FILE).write_text(content)
        (tmp_path / EVALUATION_FILE).write_text(content)
    with pytest.raises(SearchResultMissing, match="run 'python -m training --search'"):
        read_search_result(tmp_path)
    with pytest.raises(EvaluationRecordMissing, match="run 'python -m training --evaluate'"):
        read_evaluation_record(tmp_path)
