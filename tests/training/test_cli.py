import json
from pathlib import Path

import pytest

from model import HOME, SCORECARD
from tests.training.test_search import QUICK
from training import dataset
from training.__main__ import main
from training.artefact import ESTIMATOR, SEARCH
from training.dataset import Dataset


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with what the stored search found."""
    (tmp_path / SEARCH).write_bytes((HOME / SEARCH).read_bytes())
    return tmp_path


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_training_writes_the_committed_scorecard(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--folder", str(folder)]) == 0
    assert set(contents(folder)) == {SEARCH, SCORECARD, ESTIMATOR}
    assert (folder / SCORECARD).read_bytes() == (HOME / SCORECARD).read_bytes()
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
        ({"parameters": {"max_depth": 2, "n_estimators": 2}}, "fit with max_depth=1"),
    ],
)
def test_a_fit_that_cannot_be_served_changes_nothing(
    change: dict[str, object], message: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = json.loads((folder / SEARCH).read_text())
    (folder / SEARCH).write_text(json.dumps({**found, **change}))
    (folder / SCORECARD).write_text("the old one")
    before = contents(folder)
    assert main(["--folder", str(folder)]) == 1
    assert contents(folder) == before
    assert message in capsys.readouterr().err


def test_a_search_is_stored_and_can_then_be_fitted(
    data: Dataset, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--search", "--folder", str(tmp_path)], data, QUICK) == 0
    assert set(contents(tmp_path)) == {SEARCH}
    assert "cross-validated F1" in capsys.readouterr().out
    assert main(["--folder", str(tmp_path)], data) == 0


def test_a_search_that_finds_other_features_changes_nothing(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = contents(folder)
    other = dataset.load().select(dataset.load().columns[:6])
    assert main(["--search", "--folder", str(folder)], other, QUICK) == 1
    assert contents(folder) == before
    assert "to serve other features, change" in capsys.readouterr().err.lower()


def test_the_stored_search_is_one_that_ran_to_its_end() -> None:
    found = json.loads((HOME / SEARCH).read_text())
    assert [step["features"] for step in found["selection"]] == list(range(5, 31))
    assert len(found["grid"]) == 12
    assert found["f1"] == max(entry["f1"] for entry in found["grid"])
    assert found["parameters"] == {"max_depth": 1, "n_estimators": 1500}
