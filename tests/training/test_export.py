from hashlib import sha256
from typing import Any

import pytest
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import GradientBoostingClassifier

from model import ARTIFACTS, SCORECARD_FILE, parse
from training import dataset
from training.artifacts import EVIDENCE as EVALUATION
from training.artifacts import SEARCH, read_evidence, read_search
from training.compiler import compile_ensemble
from training.dataset import Dataset
from training.errors import EvidenceStale, NotExact
from training.export import require_current, scorecard_text

COMMITTED = (ARTIFACTS / SCORECARD_FILE).read_text(encoding="utf-8")
EVIDENCE = read_evidence(ARTIFACTS)
FOUND = read_search(ARTIFACTS)


def text(estimator: GradientBoostingClassifier, data: Dataset) -> str:
    return scorecard_text(compile_ensemble(estimator, data), estimator, data, FOUND, EVIDENCE)


def test_the_committed_scorecard_is_what_training_writes(
    estimator: GradientBoostingClassifier, data: Dataset
) -> None:
    assert text(estimator, data) == COMMITTED


def test_the_headline_metrics_are_those_of_the_search_and_the_hold_out() -> None:
    metrics = parse(COMMITTED).provenance["metrics"]
    assert metrics["holdOut"]["missed"] == 3
    assert metrics["holdOut"]["falseAlarms"] == 2
    assert metrics["holdOut"]["f1"] == 2 * 40 / (2 * 40 + 3 + 2)
    assert round(metrics["crossValidation"]["f1"], 3) == 0.956


@pytest.mark.parametrize(
    "parameters",
    [{"loss": "exponential"}, {"init": DummyClassifier(strategy="uniform", random_state=0)}],
)
def test_an_ensemble_that_the_tables_do_not_equal(
    parameters: dict[str, Any], data: Dataset
) -> None:
    estimator = GradientBoostingClassifier(n_estimators=5, max_depth=1, **parameters)
    estimator.fit(data.train, data.train_labels)
    with pytest.raises(NotExact, match="fit with loss='log_loss' and without an initial"):
        text(estimator, data)


def test_the_band_and_the_nested_figures_are_those_of_the_evaluation() -> None:
    scorecard = parse(COMMITTED)
    assert EVIDENCE["band"] == {"lower": scorecard.band.lower, "upper": scorecard.band.upper}
    metrics = scorecard.provenance["metrics"]
    assert metrics["nested"]["figures"] == EVIDENCE["metrics"]["procedure"]
    assert metrics["referral"] == EVIDENCE["referral"]


@pytest.mark.parametrize("name", [SEARCH, EVALUATION])
def test_the_scorecard_states_which_records_it_was_made_from(name: str) -> None:
    """So that no number in them, also none that takes an hour to compute, can be altered."""
    content = (ARTIFACTS / name).read_text(encoding="utf-8").encode()
    assert parse(COMMITTED).provenance["records"][name] == sha256(content).hexdigest()


def test_the_stored_evaluation_is_of_the_stored_search() -> None:
    require_current(EVIDENCE, dataset.load(), FOUND)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("features", ["mean radius"]),
        ("parameters", {"max_depth": 1, "n_estimators": 500}),
        ("data", {"source": "elsewhere", "rows": 569, "sha256": "0"}),
    ],
)
def test_an_evaluation_of_something_else(key: str, value: object) -> None:
    with pytest.raises(EvidenceStale, match=f"about other {key} than are to be fitted; run"):
        require_current({**EVIDENCE, key: value}, dataset.load(), FOUND)
