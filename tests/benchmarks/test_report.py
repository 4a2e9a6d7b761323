import json
import shutil
from pathlib import Path

import pytest

from benchmarks.report import SECTIONS, readme
from tests.conftest import ROOT

FOLDER = ROOT / "benchmarks"
COMMITTED = [name for name in SECTIONS if (FOLDER / f"{name}.json").exists()]


def test_the_committed_readme_is_that_of_the_committed_figures() -> None:
    assert (FOLDER / "README.md").read_text() == readme(FOLDER)
    assert {"cold_start", "reliability"} <= set(COMMITTED)


@pytest.mark.parametrize("name", COMMITTED)
def test_the_committed_plots_are_those_of_the_committed_figures(name: str, tmp_path: Path) -> None:
    results = json.loads((FOLDER / f"{name}.json").read_text())["results"]
    SECTIONS[name].draw(tmp_path / f"{name}.svg", results)
    drawn = {path.name: path.read_text() for path in tmp_path.iterdir()}
    assert f"{name}.svg" in drawn
    assert drawn == {each: (FOLDER / each).read_text() for each in drawn}


def test_a_benchmark_that_was_not_run_has_no_section(tmp_path: Path) -> None:
    shutil.copy(FOLDER / "reliability.json", tmp_path)
    text = readme(tmp_path)
    assert "\n## Reliability\n" in text
    assert "\n## Cold start\n" not in text
