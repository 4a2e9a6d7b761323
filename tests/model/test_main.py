import subprocess
import sys
from pathlib import Path

import pytest

from model import ARTIFACTS, SCORECARD_FILE, Scorecard
from model.__main__ import main
from model.table import format_calculation, format_table
from tests.conftest import ROOT

VALUES = ["0.07951", "24.86", "26.58", "1866", "0.01"]


def test_prints_the_table_without_values_and_the_calculation_with_them(
    scorecard: Scorecard, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([]) == 0
    assert capsys.readouterr().out == format_table(scorecard)
    assert main(VALUES) == 0
    assert capsys.readouterr().out == format_calculation(scorecard, [*map(float, VALUES)])


@pytest.mark.parametrize(
    ("values", "message"),
    [
        *(
            ([*VALUES[:3], value, VALUES[4]], "'worstArea' must be a finite number, 0 or more\n")
            for value in ("nan", "inf", "1e999", "-1", "1_866", "large", "")
        ),
        *(
            (values, "give 5 values (meanConcavePoints, worstRadius, ")
            for values in (VALUES[:1], VALUES[:4], [*VALUES, "1"])
        ),
    ],
)
def test_rejects_invalid_values(
    values: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as exit_:
        main(values)
    assert exit_.value.code == 2
    output = capsys.readouterr()
    assert output.out == ""
    assert f"error: {message}" in output.err


def test_rejects_an_altered_scorecard(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "other.json"
    path.write_text((ARTIFACTS / SCORECARD_FILE).read_text().replace("-0.526", "-0.527"))
    assert main(["--scorecard", str(path), *VALUES]) == 1
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err.startswith(f"cannot load the scorecard: {path}: it states the SHA-256")


@pytest.mark.parametrize(("values", "status"), [([], 0), ([*VALUES[:4], "-1"], 2)])
def test_runs_with_the_standard_library_alone(values: list[str], status: int) -> None:
    command = [sys.executable, "-S", "-m", "model", *values]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == status
    assert run.stdout.startswith("Scorecard ") == (status == 0)
    assert "Traceback" not in run.stderr
