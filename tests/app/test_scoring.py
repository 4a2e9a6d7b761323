import argparse
import io
import os
import pty
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from app.observation import EXAMPLES, FEATURE_NAMES
from app.scoring import INTERVAL, Progress, add_arguments, run, summary
from app.sheet import Sheet
from model import Scorecard
from tests.conftest import ROOT

HEADER = ",".join(FEATURE_NAMES)
BENIGN, MALIGNANT = (
    ",".join(map(str, EXAMPLES[name].values())) for name in ("benign", "malignant")
)
GOOD = f"{HEADER}\n{MALIGNANT}\n{BENIGN}\n"
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


def answered(text: str, scorecard: Scorecard) -> str:
    return "".join(Sheet(io.StringIO(text, newline=""), scorecard).lines())


@pytest.fixture
def scans(tmp_path: Path) -> Path:
    path = tmp_path / "scans.csv"
    path.write_text(GOOD)
    return path


@pytest.fixture
def scored(tmp_path: Path) -> Path:
    return tmp_path / "scored.csv"


def test_a_file_is_scored_into_another(
    scans: Path, scored: Path, scorecard: Scorecard, capsys: pytest.CaptureFixture[str]
) -> None:
    assert score(scans, "-o", scored) == 0
    assert scored.read_text() == answered(GOOD, scorecard)
    assert {*scored.parent.iterdir()} == {scans, scored}
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err == (
        "2 rows: 1 predicted malignant, 1 benign, 0 of these to be referred to a person; "
        "0 refused\n"
    )


def test_a_file_of_many_batches_is_scored_whole(
    scans: Path, scored: Path, scorecard: Scorecard
) -> None:
    text = GOOD + f"{BENIGN}\n" * 2500
    scans.write_text(text)
    assert score(scans, "-o", scored) == 0
    assert scored.read_text() == answered(text, scorecard)


def test_a_refused_row_makes_the_status_1(
    scans: Path, scored: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    scans.write_text(f"{GOOD}1;2;3\n")
    assert score(scans, "-o", scored) == 1
    assert scored.read_text().count("\n") == 4
    assert "; 1 refused\n" in capsys.readouterr().err


def test_rows_refused_for_commas_are_told_of_the_option(
    scans: Path, scored: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    scans.write_text(GOOD.replace(",", ";").replace(".", ","))
    assert score(scans, "-o", scored) == 1
    assert capsys.readouterr().err.endswith(
        "2 of the refused rows have a comma in a measurement; if that is this file's decimal "
        "point, say so with --decimal-comma\n"
    )
    assert score(scans, "-o", scored, "--decimal-comma") == 0


def test_the_summary_counts_predictions_and_decisions() -> None:
    tally = Counter(
        {("1", "malignant"): 1000, ("1", "refer"): 2, ("0", "refer"): 3, ("0", "benign"): 4}
        | {("", ""): 5}
    )
    assert summary(tally) == (
        "1,014 rows: 1,002 predicted malignant, 7 benign, 5 of these to be referred to a "
        "person; 5 refused"
    )


def test_the_input_may_be_the_output(scans: Path, scorecard: Scorecard) -> None:
    assert score(scans, "-o", scans) == 0
    assert scans.read_text() == answered(GOOD, scorecard)
    assert score(scans, "-o", scans) == 2


def test_an_output_closed_to_others_stays_closed(scans: Path, scored: Path) -> None:
    scored.touch(mode=0o600)
    assert score(scans, "-o", scored) == 0
    assert scored.stat().st_mode & 0o777 == 0o600


def test_a_link_is_followed(scans: Path, scored: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.csv"
    link.symlink_to(scored)
    assert score(scans, "-o", link) == 0
    assert link.is_symlink()
    assert scored.read_text().startswith(HEADER)


BAD = {
    "a header without a measurement": (b"worstArea\n1\n", "no column for: meanConcavePoints"),
    "an unmatched quote": (GOOD.encode() + b'"1\n', "the row from line 4 on is not CSV"),
    "Latin-1 in the header": (b"gr\xf6\xdfe,", "not UTF-8"),
    "Latin-1 far down": (GOOD.encode() + b"\n" * 100_000 + b"\xf6", "not UTF-8"),
    "UTF-16": (GOOD.encode("utf-16"), "not UTF-8"),
    "nothing": (b"", "no column for"),
}


@pytest.mark.parametrize(("content", "message"), BAD.values(), ids=BAD)
def test_what_cannot_be_read_leaves_the_old_output(
    content: bytes, message: str, scans: Path, scored: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    scans.write_bytes(content)
    scored.write_text("the old one")
    assert score(scans, "-o", scored) == 2
    assert scored.read_text() == "the old one"
    assert {*scored.parent.iterdir()} == {scans, scored}
    shown = capsys.readouterr().err
    assert message in shown
    assert shown.startswith("not scored: the input ")
    assert shown.endswith("; nothing was written.\n")


def test_what_is_no_file_is_neither_read_nor_replaced(
    scans: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert score(tmp_path / "none.csv", "-o", tmp_path / "x") == 2
    assert score(tmp_path, "-o", tmp_path / "x") == 2
    assert score(scans, "-o", tmp_path / "none" / "x") == 2
    assert score(scans, "-o", tmp_path) == 2
    assert score(scans, "-o", os.devnull) == 2
    assert [*tmp_path.iterdir()] == [scans]
    assert capsys.readouterr().err.count("; nothing was written.\n") == 5
    assert not Path(os.devnull).is_file()


def test_an_altered_model_scores_nothing(
    scans: Path, scored: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = argparse.Namespace(input=str(scans), output=str(scored), decimal_comma=False)
    assert run(options, scans) == 2
    assert not scored.exists()
    assert "not scored: " in capsys.readouterr().err


def test_standard_input_is_scored_to_standard_output(scorecard: Scorecard) -> None:
    run = subprocess.run(COMMAND, cwd=ROOT, input=GOOD.encode(), capture_output=True, check=True)
    assert run.stdout.decode() == answered(GOOD, scorecard)
    assert run.stderr.startswith(b"2 rows: ")


def test_a_reader_that_has_read_enough_is_not_answered_with_a_traceback(scans: Path) -> None:
    scans.write_text(GOOD + f"{BENIGN}\n" * 20_000)
    with subprocess.Popen(
        [*COMMAND, str(scans)], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        said = process.stderr.read().decode()
    assert process.returncode == 2
    assert said == "not scored: the output: Broken pipe; the output breaks off here.\n"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_leaves_nothing_behind(number: signal.Signals, scored: Path) -> None:
    scored.write_text("the old one")
    with subprocess.Popen(
        [*COMMAND, "-o", str(scored)], cwd=ROOT, stdin=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdin is not None
        assert process.stderr is not None
        process.stdin.write(GOOD.encode())
        process.stdin.flush()
        until = time.monotonic() + 60
        while not list(scored.parent.glob(".scored.csv.*.part")):
            assert time.monotonic() < until
            time.sleep(0.05)
        process.send_signal(number)
        said = process.stderr.read().decode()
    assert process.returncode == 130
    assert said == "not scored: interrupted; nothing was written.\n"
    assert [*scored.parent.iterdir()] == [scored]
    assert scored.read_text() == "the old one"


def test_a_terminal_is_shown_the_progress_and_then_the_summary(scans: Path, scored: Path) -> None:
    ours, theirs = pty.openpty()
    subprocess.run([*COMMAND, str(scans), "-o", str(scored)], cwd=ROOT, stderr=theirs, check=True)
    os.close(theirs)
    said = os.read(ours, 10_000).decode()
    os.close(ours)
    assert said.startswith("\r\x1b[K2 rows: ")


def test_the_progress_is_shown_now_and_then(
    scans: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with scans.open(encoding="utf-8", newline="") as source:
        progress = Progress(source, shown=True)
        source.readline()
        progress.show(1)
        time.sleep(INTERVAL)
        progress.show(1000)
        progress.show(2000)
        progress.clear()
    assert capsys.readouterr().err == "\r\x1b[K1,000 rows, 100%, 0 s left\r\x1b[K"


def test_the_progress_in_a_pipe_has_no_end_in_sight(capsys: pytest.CaptureFixture[str]) -> None:
    reading, writing = os.pipe()
    with os.fdopen(reading) as source, os.fdopen(writing, "w"):
        progress = Progress(source, shown=True)
        time.sleep(INTERVAL)
        progress.show(1000)
    assert capsys.readouterr().err == "\r\x1b[K1,000 rows"


def test_elsewhere_no_progress_is_shown(scans: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with scans.open() as source:
        progress = Progress(source, shown=False)
        time.sleep(INTERVAL)
        progress.show(1000)
        progress.clear()
    assert capsys.readouterr().err == ""


def test_fastapi_is_not_loaded_unless_a_row_is_refused(scans: Path, scored: Path) -> None:
    probe = f"{PROGRAM}print('fastapi' in sys.modules)"
    command = [sys.executable, "-c", probe, str(scans), "-o", str(scored)]
    for text, loaded in ((GOOD, "False\n"), (f"{GOOD},,,,\n", "True\n")):
        scans.write_text(text)
        run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
        assert run.stdout == loaded
