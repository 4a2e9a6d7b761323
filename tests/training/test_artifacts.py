import json
import os
import subprocess
import sys
from pathlib import Path

import joblib
import numpy as np
import pytest
from sklearn.ensemble import GradientBoostingClassifier

from model import ARTIFACTS, SCORECARD_FILE
from tests.conftest import ROOT
from training.artifacts import (
    ESTIMATOR,
    EVIDENCE,
    SEARCH,
    read_evidence,
    read_search,
    render,
    write_model,
)
from training.dataset import Dataset
from training.errors import EvidenceMissing, SearchMissing

COMMITTED = (ARTIFACTS / SCORECARD_FILE).read_text(encoding="utf-8")


def test_another_processors_last_bit_changes_no_byte(tmp_path: Path) -> None:
    """Without fused multiply-add, as glibc has it for older processors, exp() differs."""
    for name in (SEARCH, EVIDENCE):
        (tmp_path / name).write_bytes((ARTIFACTS / name).read_bytes())
    flags = ",".join(f"-{name}" for name in ("AVX2_Usable", "FMA_Usable", "AVX2", "FMA"))
    subprocess.run(
        [sys.executable, "-m", "training", "--folder", tmp_path],
        cwd=ROOT,
        env={**os.environ, "GLIBC_TUNABLES": f"glibc.cpu.hwcaps={flags}"},
        check=True,
    )
    assert (tmp_path / SCORECARD_FILE).read_text(encoding="utf-8") == COMMITTED


def test_the_written_estimator_is_the_one_that_was_compiled(
    estimator: GradientBoostingClassifier, data: Dataset, tmp_path: Path
) -> None:
    write_model(tmp_path, {"some/card.md": "a card", SCORECARD_FILE: COMMITTED}, estimator)
    assert (tmp_path / SCORECARD_FILE).read_text(encoding="utf-8") == COMMITTED
    assert (tmp_path / "some" / "card.md").read_text(encoding="utf-8") == "a card"
    loaded = joblib.load(tmp_path / ESTIMATOR)
    assert (loaded.decision_function(data.test) == estimator.decision_function(data.test)).all()
    assert {path.name for path in tmp_path.iterdir()} == {SCORECARD_FILE, ESTIMATOR, "some"}


def test_lists_and_objects_of_plain_values_stay_on_one_line() -> None:
    document = {"rows": [[1, 2], [3]], "all": [0.5, "a b"], "one": {"two": 2, "three": [3]}}
    assert render(document) == (
        '{\n  "rows": [\n    [1, 2],\n    [3]\n  ],\n  "all": [0.5, "a b"],\n'
        '  "one": {\n    "two": 2,\n    "three": [3]\n  }\n}\n'
    )
    assert json.loads(render(document)) == document


def test_a_number_that_json_does_not_have_is_refused() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        render({"score": float(np.nan)})


@pytest.mark.parametrize("content", [None, "", "[]", "{}", '{"features": []}'])
def test_a_search_that_is_not_there_or_not_one(content: str | None, tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / SEARCH).write_text(content)
    with pytest.raises(SearchMissing, match="run 'python -m training --search'"):
        read_search(tmp_path)


@pytest.mark.parametrize("content", [None, "", "[]", "{}", '{"features": []}'])
def test_an_evaluation_that_is_not_there_or_not_one(content: str | None, tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / EVIDENCE).write_text(content)
    with pytest.raises(EvidenceMissing, match="run 'python -m training --evaluate'"):
        read_evidence(tmp_path)
