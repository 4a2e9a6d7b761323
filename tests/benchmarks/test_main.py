import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks.__main__ import BENCHMARKS, find_failures, main
from benchmarks.report import SECTIONS, read_files
from benchmarks.rounds import QUICK
from tests.benchmarks.test_floors import RESULTS

pytestmark = pytest.mark.usefixtures("_estimator")


def contents(*, provisional: bool) -> dict[str, Any]:
    results = {**RESULTS, "reliability": {"violations": ["a response was wrong"]}}
    return {name: {"results": its, "provisional": provisional} for name, its in results.items()}


def test_selected_benchmark_is_run_and_reported(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--quick", "--only", "model", "--output", str(tmp_path)]) == 0
    assert "100% |" in capsys.readouterr().err
    assert "Provisional" in (tmp_path / "README.md").read_text(encoding="utf-8")
    [(name, content)] = read_files(tmp_path).items()
    assert name == "model"
    results = content["results"]
    assert set(results["equal_labels"].values()) == {QUICK.model_rows}
    assert len(results["engines"]) == len(results["equal_labels"]) == 3
    for [figures] in results["engines"].values():
        assert figures["one_us"] > figures["all_us"] / 10 > 0


def test_every_benchmark_has_a_section() -> None:
    assert list(BENCHMARKS) == list(SECTIONS)


def test_unmet_floors_and_violations_are_failures() -> None:
    failures = find_failures(contents(provisional=False))
    assert len(failures) == 3
    assert failures[-1] == "a response was wrong"
    assert find_failures(contents(provisional=True)) == []


def test_exit_status_is_1_after_a_failure(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "results").mkdir()
    content = {"results": {"microseconds": {"This service": [9], "Classic": [10]}}}
    origin = {"provisional": False, "run": "", "machine": "", "versions": ""}
    (tmp_path / "results" / "warm.json").write_text(json.dumps({**content, **origin}))
    assert main(["--only", "--output", str(tmp_path)]) == 1
    assert "FAILED: Warm handler ÷ Classic" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("variable", "message"), [("PATH", "apt-get install wrk"), ("ESTIMATOR", "make train")]
)
def test_missing_prerequisite_is_named(
    variable: str,
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv(variable, "/nowhere")
    with pytest.raises(SystemExit, match="1"):
        main(["--only", "throughput", "--output", str(tmp_path)])
    assert message in capsys.readouterr().err
