import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from model import ARTIFACTS, SCORECARD_FILE
from tests.conftest import ROOT
from tests.training.compare import same_markup
from tests.training.test_evaluation import SHORT
from training.__main__ import main
from training.artifacts import (
    CARD_FILE,
    CARD_PAGE_FILE,
    ESTIMATOR_FILE,
    EVALUATION_FILE,
    FIGURES_FOLDER,
    SEARCH_FILE,
)
from training.dataset import Dataset

FIGURES = {f"{FIGURES_FOLDER}/{path.name}" for path in (ARTIFACTS / FIGURES_FOLDER).iterdir()}
RECORDS = {SEARCH_FILE, EVALUATION_FILE}
ALL = {*RECORDS, ESTIMATOR_FILE, SCORECARD_FILE, CARD_FILE, CARD_PAGE_FILE, *FIGURES}

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the committed records."""
    folder = tmp_path / "artifacts"
    folder.mkdir()
    for name in RECORDS:
        (folder / name).write_bytes((ARTIFACTS / name).read_bytes())
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def test_writes_the_committed_artifacts_in_another_environment(
    folder: Path, tmp_path: Path
) -> None:
    """Without fused multiply-add, as on older processors, glibc's exp() differs."""
    (tmp_path / "matplotlibrc").write_text("svg.fonttype: path\nlines.linewidth: 9\n")
    features = ",".join(f"-{name}" for name in ("AVX2_Usable", "FMA_Usable", "AVX2", "FMA"))
    environment = {
        "GLIBC_TUNABLES": f"glibc.cpu.hwcaps={features}",
        "MATPLOTLIBRC": str(tmp_path),
        "PYTHONHASHSEED": "7",
    }
    run = subprocess.run(
        [sys.executable, "-m", "training", "--folder", str(folder)],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "1500 trees became 38 thresholds; hold-out F1 0.941: 3 of 114" in run.stdout
    written = contents(folder)
    assert set(written) == ALL
    for name in (SCORECARD_FILE, CARD_FILE):
        assert written[name] == (ARTIFACTS / name).read_bytes(), name
    for name in (CARD_PAGE_FILE, *FIGURES):
        committed = (ARTIFACTS / name).read_text(encoding="utf-8")
        assert same_markup(written[name].decode(), committed), name


@pytest.mark.parametrize(
    ("option", "name", "change"),
    [
        ([], SEARCH_FILE, ("{", "[")),
        (["--evaluate"], SEARCH_FILE, ("{", "[")),
        ([], SEARCH_FILE, ("mean concave points", "mean radius")),
        (["--evaluate"], SEARCH_FILE, ("mean concave points", "unknown")),
        ([], EVALUATION_FILE, ('"n_estimators": 1500', '"n_estimators": 500')),
    ],
)
def test_with_unusable_records_no_file_is_changed(
    option: list[str], name: str, change: tuple[str, str], folder: Path, capsys: Capture
) -> None:
    (folder / name).write_text((folder / name).read_text().replace(*change))
    (folder / SCORECARD_FILE).write_text("the old scorecard")
    before = contents(folder)
    assert main([*option, "--folder", str(folder)]) == 1
    assert contents(folder) == before
    assert "training stopped, no file was changed: " in capsys.readouterr().err


def test_a_search_that_selects_other_features_changes_no_file(
    all_columns: Dataset, folder: Path, capsys: Capture
) -> None:
    before = contents(folder)
    other = all_columns.select(all_columns.columns[:6])
    assert main(["--search", "--folder", str(folder)], other, SHORT) == 1
    assert contents(folder) == before
    assert "To serve other features, change model/features.py" in capsys.readouterr().err


def test_searches_evaluates_and_fits(data: Dataset, tmp_path: Path, capsys: Capture) -> None:
    arguments = ["--folder", str(tmp_path)]
    assert main(["--search", *arguments], data, SHORT) == 0
    assert set(contents(tmp_path)) == {SEARCH_FILE}
    assert "cross-validated F1" in capsys.readouterr().out
    assert main(["--evaluate", *arguments], data, SHORT) == 0
    assert set(contents(tmp_path)) == RECORDS
    assert "accuracy of the whole procedure 0." in capsys.readouterr().out
    for name in RECORDS:
        new, committed = (json.loads((path / name).read_text()) for path in (tmp_path, ARTIFACTS))
        assert list(new) == list(committed)
    assert main(arguments, data) == 0
    assert set(contents(tmp_path)) == ALL
