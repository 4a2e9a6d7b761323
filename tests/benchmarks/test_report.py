import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks.report import SECTIONS, memory_figure, read_files, render, write_file
from tests.conftest import ROOT

FOLDER = ROOT / "benchmarks"


@pytest.fixture
def contents() -> dict[str, Any]:
    return read_files(FOLDER)


def test_committed_report_shows_the_committed_results(contents: dict[str, Any]) -> None:
    assert set(contents) == set(SECTIONS)
    assert (FOLDER / "README.md").read_text(encoding="utf-8") == render(contents)


def test_committed_plot_is_labelled() -> None:
    """The bytes of a plot depend on the machine; its texts do not."""
    plot = (FOLDER / "results" / "memory.svg").read_text(encoding="utf-8")
    assert ">requests</text>" in plot
    assert ">resident memory, MB</text>" in plot


def test_plot_shows_the_memory(contents: dict[str, Any]) -> None:
    results = contents["reliability"]["results"]
    [line] = memory_figure(results).axes[0].lines
    points = np.asarray(line.get_xydata()) * [1, 1e6]
    assert points == pytest.approx(np.array(results["endurance"]["memory"]))


@pytest.mark.parametrize("name", SECTIONS)
def test_benchmark_writes_its_results_and_the_report(
    name: str, contents: dict[str, Any], tmp_path: Path
) -> None:
    write_file(tmp_path, name, "today", contents[name]["results"], provisional=True)
    written = json.loads((tmp_path / "results" / f"{name}.json").read_text())
    assert written["results"] == contents[name]["results"]
    report = (tmp_path / "README.md").read_text(encoding="utf-8")
    assert report == render(read_files(tmp_path))
    assert report.count("**Provisional: a quick run.** Run today.") == 1
    assert report.count("Not measured.\n") == len(SECTIONS) - 1
    assert (tmp_path / "results" / "memory.svg").exists() is (name == "reliability")


def test_failed_peers_and_violations_are_reported(contents: dict[str, Any]) -> None:
    contents["peers"]["results"]["failures"] = {"MLflow": "mlflow exited with 1"}
    contents["reliability"]["results"]["violations"] = ["a response was wrong"]
    report = render(contents)
    assert "\nNot measured: MLflow: mlflow exited with 1.\n" in report
    assert "\n**Violated: a response was wrong.**\n" in report


def test_figures_are_medians_with_extremes_and_ratios(contents: dict[str, Any]) -> None:
    contents["warm"]["results"]["microseconds"] = {
        "This service": [90.0, 100.0, 900.0],
        "Classic": [1000.0] * 3,
    }
    report = render(contents)
    assert "| This service | 100.0 (90.0 to 900.0) | 1.00 |" in report
    assert "| Classic | 1,000.0 (1,000.0 to 1,000.0) | 0.10 |" in report
    assert "| Warm handler ÷ Classic | at most 0.20 | 0.10 | yes |" in report
