import json
from pathlib import Path

import pytest

from model import ARTIFACTS, FEATURES, SCORECARD_FILE
from tests.training.test_evaluation import SHORT
from training import dataset
from training.__main__ import main
from training.artifacts import CARD, CARD_PAGE, ESTIMATOR, EVIDENCE, FIGURES, SEARCH


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with what the stored search and evaluation found."""
    for name in (SEARCH, EVIDENCE):
        (tmp_path / name).write_bytes((ARTIFACTS / name).read_bytes())
    return tmp_path


def contents(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


WRITTEN = {
    CARD,
    CARD_PAGE,
    SCORECARD_FILE,
    *(f"{FIGURES}/{name}.svg" for name in ("steps", "roc", "calibration", "distribution")),
}


def test_training_writes_the_committed_scorecard_card_and_figures(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--folder", str(folder)]) == 0
    written = contents(folder)
    assert set(written) == {SEARCH, EVIDENCE, ESTIMATOR, *WRITTEN}
    assert {path.name for path in (ARTIFACTS / FIGURES).iterdir()} == {
        path.name for path in (folder / FIGURES).iterdir()
    }
    for name in WRITTEN:
        assert written[name] == (ARTIFACTS / name).read_bytes(), name
    shown = capsys.readouterr().out
    assert "1500 trees became 38 thresholds; hold-out F1 0.941: 3 of 114" in shown


def test_training_without_a_search_says_so_and_writes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--folder", str(tmp_path)]) == 1
    assert contents(tmp_path) == {}
    shown = capsys.readouterr().err
    assert shown.startswith("training stopped, nothing was changed: ")
    assert "--search" in shown


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"features": ["mean radius"]}, "the features are mean radius; the request contract"),
        ({"features": ["no such column"]}, "the features are no such column"),
    ],
)
def test_a_fit_that_cannot_be_served_changes_nothing(
    change: dict[str, object], message: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = json.loads((folder / SEARCH).read_text())
    (folder / SEARCH).write_text(json.dumps({**found, **change}))
    (folder / SCORECARD_FILE).write_text("the old one")
    before = contents(folder)
    assert main(["--folder", str(folder)]) == 1
    assert contents(folder) == before
    assert message in capsys.readouterr().err


def test_a_search_is_stored_evaluated_and_can_then_be_fitted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("training.metrics.RESAMPLES", 5)
    everybody, arguments = dataset.load(), ["--folder", str(tmp_path)]
    five = everybody.select([measurement.column for measurement in FEATURES])
    assert main(["--search", *arguments], five, SHORT) == 0
    assert set(contents(tmp_path)) == {SEARCH}
    assert "cross-validated F1" in capsys.readouterr().out
    assert main(["--evaluate", *arguments], five, SHORT) == 0
    assert set(contents(tmp_path)) == {SEARCH, EVIDENCE}
    assert "accuracy of the whole procedure 0." in capsys.readouterr().out
    assert main(arguments, five) == 0
    assert set(contents(tmp_path)) == {SEARCH, EVIDENCE, ESTIMATOR, *WRITTEN}


def test_an_evaluation_without_a_search_says_so_and_writes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--evaluate", "--folder", str(tmp_path)]) == 1
    assert contents(tmp_path) == {}
    assert "--search" in capsys.readouterr().err


def test_a_fit_without_its_own_evaluation_changes_nothing(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    record = json.loads((folder / EVIDENCE).read_text())
    record["parameters"]["n_estimators"] = 500
    (folder / EVIDENCE).write_text(json.dumps(record))
    before = contents(folder)
    assert main(["--folder", str(folder)]) == 1
    assert contents(folder) == before
    assert "about other parameters than are to be fitted" in capsys.readouterr().err


def test_a_search_that_finds_other_features_changes_nothing(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = contents(folder)
    other = dataset.load().select(dataset.load().columns[:6])
    assert main(["--search", "--folder", str(folder)], other, SHORT) == 1
    assert contents(folder) == before
    assert "to serve other features, change" in capsys.readouterr().err.lower()


def test_the_stored_search_is_one_that_ran_to_its_end() -> None:
    found = json.loads((ARTIFACTS / SEARCH).read_text())
    assert [step["features"] for step in found["selection"]] == list(range(5, 31))
    assert len(found["grid"]) == 12
    assert found["f1"] == max(entry["f1"] for entry in found["grid"])
    assert found["parameters"] == {"max_depth": 1, "n_estimators": 1500}
