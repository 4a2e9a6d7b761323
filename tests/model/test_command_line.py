import subprocess
import sys
from pathlib import Path

import pytest

from model import ARTIFACTS, SCORECARD_FILE, Scorecard
from model.__main__ import main
from model.table import table, worked
from tests.conftest import ROOT

PATIENT = ["0.07951", "24.86", "26.58", "1866", "0.01"]


def test_without_values_the_table_is_printed(
    scorecard: Scorecard, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([]) == 0
    assert capsys.readouterr().out == table(scorecard)


def test_with_values_their_sum_is_printed(
    scorecard: Scorecard, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(PATIENT) == 0
    assert capsys.readouterr().out == worked(scorecard, [float(value) for value in PATIENT])


@pytest.mark.parametrize("value", ["nan", "inf", "1e999", "-1", "1_866", "large", ""])
def test_what_is_no_measurement_is_refused_by_name(
    value: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as refused:
        main([*PATIENT[:3], value, PATIENT[4]])
    assert refused.value.code == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.endswith("error: 'worstArea' must be a finite number, 0 or more\n")


@pytest.mark.parametrize("values", [PATIENT[:1], PATIENT[:4], [*PATIENT, "1"]])
def test_another_number_of_values_is_refused_with_their_names(
    values: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as refused:
        main(values)
    assert refused.value.code == 2
    assert "give a value for each of: meanConcavePoints, worstRadius" in capsys.readouterr().err


def test_a_broken_scorecard_is_not_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (ARTIFACTS / SCORECARD_FILE).read_text()
    (tmp_path / "other.json").write_text(text.replace("-0.526", "-0.527"))
    assert main(["--scorecard", str(tmp_path / "other.json"), *PATIENT]) == 1
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith("there is no model to show: ")
    assert "SHA-256" in shown.err


def test_it_runs_as_a_command_with_the_standard_library_alone() -> None:
    command = [sys.executable, "-S", "-m", "model", *PATIENT[:4], "-1"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 2
    assert "Traceback" not in run.stderr
    shown = subprocess.run(
        [sys.executable, "-S", "-m", "model"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert shown.stdout.startswith("Scorecard ")
