import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.__main__ import BENCHMARKS, find_failures, main
from benchmarks.report import SECTIONS, read_files
from tests.benchmarks.test_floors import RESULTS
from tests.conftest import ROOT


@pytest.mark.usefixtures("_estimator")
def test_selected_benchmarks_are_run_and_reported(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--quick", "--only", "warm", "model", "--output", str(tmp_path)]) == 0
    assert {path.stem for path in (tmp_path / "results").iterdir()} == {"warm", "model"}
    assert "Provisional" in (tmp_path / "README.md").read_text(encoding="utf-8")
    assert "100% |" in capsys.readouterr().err


def test_every_benchmark_has_a_section() -> None:
    assert list(BENCHMARKS) == list(SECTIONS)


def test_unmet_floors_and_violations_are_failures() -> None:
    contents = {name: {"results": its, "provisional": False} for name, its in RESULTS.items()}
    reliability = {"results": {"violations": ["a response was wrong"]}, "provisional": False}
    failures = find_failures({**contents, "reliability": reliability})
    assert len(failures) == 3
    assert failures[-1] == "a response was wrong"


def test_provisional_results_are_no_failures() -> None:
    contents = {name: {"results": its, "provisional": True} for name, its in RESULTS.items()}
    assert find_failures(contents) == []


@pytest.mark.usefixtures("_estimator")
def test_the_exit_status_tells_of_failures(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    content = read_files(ROOT / "benchmarks")["peers"]
    for each in content["results"]["servers"][0]["rounds"]:
        each["requests_per_s"] = 1
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / "peers.json").write_text(json.dumps({**content, "provisional": False}))
    assert main(["--quick", "--only", "warm", "--output", str(tmp_path)]) == 1
    assert "FAILED: `/predict` ÷ the best peer" in capsys.readouterr().err


@pytest.mark.usefixtures("_estimator", "no_wrk")
def test_without_wrk_the_run_says_how_to_install_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="1"):
        main(["--only", "throughput", "--output", str(tmp_path)])
    assert "apt-get install wrk\n" in capsys.readouterr().err


def test_without_the_estimator_the_run_says_how_to_make_it(tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "benchmarks", "--output", str(tmp_path)],
        cwd=ROOT,
        env={**os.environ, "ESTIMATOR": str(tmp_path / "missing")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 1
    assert "make train" in run.stderr
