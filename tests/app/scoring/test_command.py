import argparse
import io
import os
import pty
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from app.api.schemas import EXAMPLES, FEATURE_NAMES
from app.scoring import add_arguments, run
from app.scoring.command import PROGRESS_INTERVAL, Progress, summary
from app.scoring.csv_file import CsvFile
from model import Scorecard
from tests.conftest import ROOT

HEADER = ",".join(FEATURE_NAMES)
BENIGN, MALIGNANT = (
    ",".join(map(str, EXAMPLES[name].values())) for name in ("benign", "malignant")
)
VALID = f"{HEADER}\n{MALIGNANT}\n{BENIGN}\n"
PROGRAM = """
import argparse, sys
from app.scoring import add_arguments, run
parser = argparse.ArgumentParser()
add_arguments(parser)
status = run(parser.parse_args())
"""
COMMAND = [sys.executable, "-c", f"{PROGRAM}sys.exit(status)"]


def score(*arguments: object) -> int:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    return run(parser.parse_args([str(argument) for argument in arguments]))


def scored(text: str, scorecard: Scorecard) -> str:
    return "".join(CsvFile(io.StringIO(text, newline=""), scorecard).scored_lines())


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "scans.csv"
    path.write_text(VALID)
    return path


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "scored.csv"


@pytest.mark.parametrize("text", [VALID, VALID + f"{BENIGN}\n" * 2500])
def test_writes_a_scored_file_and_a_summary(
    text: str, source: Path, target: Path, scorecard: Scorecard, capsys: pytest.CaptureFixture[str]
) -> None:
    source.write_text(text)
    assert score(source, "-o", target) == 0
    assert target.read_text() == scored(text, scorecard)
    assert {*target.parent.iterdir()} == {source, target}
    output = capsys.readouterr()
    assert output.out == ""
    assert re.fullmatch(
        r"2(,502)? rows: 1 predicted malignant, [\d,]+ benign, 0 of these referred to a person; "
        r"0 rejected\n",
        output.err,
    )


def test_exits_with_1_if_a_row_is_rejected(
    source: Path, target: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source.write_text(f"{VALID}1;2;3\n")
    assert score(source, "-o", target) == 1
    assert target.read_text().count("\n") == 4
    assert "; 1 rejected\n" in capsys.readouterr().err


def test_suggests_the_decimal_comma_option(
    source: Path, target: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source.write_text(VALID.replace(",", ";").replace(".", ","))
    assert score(source, "-o", target) == 1
    assert "2 of the rejected rows have a comma" in capsys.readouterr().err
    assert score(source, "-o", target, "--decimal-comma") == 0


def test_the_summary_counts_predictions_and_decisions() -> None:
    counts = {("1", "malignant"): 1000, ("1", "refer"): 2, ("0", "refer"): 3, ("0", "benign"): 4}
    assert summary(Counter(counts | {("", ""): 5})) == (
        "1,014 rows: 1,002 predicted malignant, 7 benign, 5 of these referred to a person; "
        "5 rejected"
    )


def test_the_input_may_be_the_output_once(source: Path, scorecard: Scorecard) -> None:
    assert score(source, "-o", source) == 0
    assert source.read_text() == scored(VALID, scorecard)
    assert score(source, "-o", source) == 2, "it has the result columns now"


INVALID = {
    "a header without a measurement": (b"worstArea\n1\n", "no column for: meanConcavePoints"),
    "an unmatched quote": (VALID.encode() + b'"1\n', "the row from line 4 on is not CSV"),
    "Latin-1 in the header": (b"gr\xf6\xdfe,", "not UTF-8"),
    "Latin-1 far down": (VALID.encode() + b"\n" * 100_000 + b"\xf6", "not UTF-8"),
    "UTF-16": (VALID.encode("utf-16"), "not UTF-8"),
    "an empty file": (b"", "no column for"),
}


@pytest.mark.parametrize(("content", "message"), INVALID.values(), ids=INVALID)
def test_an_invalid_file_leaves_the_old_output(
    content: bytes, message: str, source: Path, target: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source.write_bytes(content)
    target.write_text("old")
    assert score(source, "-o", target) == 2
    assert target.read_text() == "old"
    assert {*target.parent.iterdir()} == {source, target}
    error = capsys.readouterr().err
    assert message in error
    assert error.startswith("not scored: the input is ")
    assert error.endswith("; nothing was written.\n")


def test_reports_files_it_cannot_read_or_replace(
    source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert score(tmp_path / "none.csv", "-o", tmp_path / "x") == 2
    assert score(tmp_path, "-o", tmp_path / "x") == 2
    assert score(source, "-o", tmp_path / "none" / "x") == 2
    assert score(source, "-o", tmp_path) == 2
    assert score(source, "-o", os.devnull) == 2
    assert [*tmp_path.iterdir()] == [source]
    assert capsys.readouterr().err.count("; nothing was written.\n") == 5
    assert not Path(os.devnull).is_file()


def test_scores_nothing_with_an_altered_model(
    source: Path, target: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = argparse.Namespace(input=str(source), output=str(target), decimal_comma=False)
    assert run(options, scorecard=source) == 2
    assert not target.exists()
    assert "not scored: " in capsys.readouterr().err


def test_scores_standard_input_to_standard_output(scorecard: Scorecard) -> None:
    process = subprocess.run(
        COMMAND, cwd=ROOT, input=VALID.encode(), capture_output=True, check=True, timeout=60
    )
    assert process.stdout.decode() == scored(VALID, scorecard)
    assert process.stderr.startswith(b"2 rows: ")


def test_reports_a_closed_pipe_without_a_traceback(source: Path) -> None:
    source.write_text(VALID + f"{BENIGN}\n" * 20_000)
    process = subprocess.run(
        [
            "bash",
            "-c",
            '"$@" | head -n 1 >/dev/null; exit ${PIPESTATUS[0]}',
            "",
            *COMMAND,
            str(source),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert process.returncode == 2
    assert process.stderr == "not scored: the output: Broken pipe; the output is incomplete.\n"


@pytest.mark.parametrize("ignored", ["", "INT TERM"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_leaves_the_old_output(
    number: signal.Signals, ignored: str, target: Path
) -> None:
    """A shell starts background jobs with SIGINT ignored, and Python leaves it so."""
    target.write_text("old")
    trap = f"trap '' {ignored};" if ignored else ""
    command = ["bash", "-c", f'{trap} exec "$@"', "", *COMMAND, "-o", str(target)]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        try:
            assert process.stdin is not None
            process.stdin.write(VALID.encode())
            process.stdin.flush()
            deadline = time.monotonic() + 60
            while not list(target.parent.glob(".scored.csv.*.part")):
                assert time.monotonic() < deadline
                time.sleep(0.05)
            process.send_signal(number)
            # Standard input stays open: the command must end by itself.
            assert process.wait(timeout=30) == 130
        finally:
            process.kill()
        assert process.stderr is not None
        assert process.stderr.read() == b"not scored: interrupted; nothing was written.\n"
    assert [*target.parent.iterdir()] == [target]
    assert target.read_text() == "old"


def test_shows_progress_on_a_terminal_only_until_the_summary(source: Path, target: Path) -> None:
    ours, terminal = pty.openpty()
    command = [*COMMAND, str(source), "-o", str(target)]
    subprocess.run(command, cwd=ROOT, stderr=terminal, check=True, timeout=60)
    os.close(terminal)
    shown = os.read(ours, 10_000).decode()
    os.close(ours)
    assert shown.startswith("\r\x1b[K2 rows: ")


@pytest.mark.parametrize(
    ("enabled", "shown"), [(True, "\r\x1b[K1,000 rows, 100%, 0 s left\r\x1b[K"), (False, "")]
)
def test_the_progress_line_is_updated_now_and_then(
    source: Path, shown: str, capsys: pytest.CaptureFixture[str], *, enabled: bool
) -> None:
    with source.open(encoding="utf-8", newline="") as file:
        progress = Progress(file, enabled=enabled)
        file.readline()
        progress.update(1)
        time.sleep(PROGRESS_INTERVAL)
        progress.update(1000)
        progress.update(2000)
        progress.clear()
    assert capsys.readouterr().err == shown


def test_the_progress_of_a_pipe_has_no_percentage(capsys: pytest.CaptureFixture[str]) -> None:
    reading, writing = os.pipe()
    with os.fdopen(reading) as file, os.fdopen(writing, "w"):
        progress = Progress(file, enabled=True)
        time.sleep(PROGRESS_INTERVAL)
        progress.update(1000)
    assert capsys.readouterr().err == "\r\x1b[K1,000 rows"


@pytest.mark.parametrize(("rows", "loaded"), [("", "False\n"), (",,,,\n", "True\n")])
def test_loads_fastapi_only_to_reject_a_row(
    rows: str, loaded: str, source: Path, target: Path
) -> None:
    source.write_text(VALID + rows)
    program = f"{PROGRAM}print('fastapi' in sys.modules)"
    command = [sys.executable, "-c", program, str(source), "-o", str(target)]
    process = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    assert process.stdout == loaded
