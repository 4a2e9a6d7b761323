"""The command ``python -m app score [INPUT] [-o OUTPUT]``.

Its exit status is 0 if every row has a prediction, 1 if a row was rejected, 2 if the file could
not be scored, and 130 if the command was interrupted.
"""

import argparse
import os
import signal
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from itertools import islice
from pathlib import Path
from time import perf_counter
from typing import IO, TextIO

import model
from app.scoring.csv_file import CsvFile, InvalidCsv
from model.files import atomic_write

STANDARD_STREAM = "-"

ROWS_PER_WRITE = 1000

PROGRESS_INTERVAL = 0.2
"""Seconds between two updates of the progress line."""

DESCRIPTION = """\
Add a prediction to each row of a CSV file. The header must name each measurement, by its request
key (worstArea) or by its data set column (worst area). Other columns are kept. The file must be
UTF-8, separated by commas, semicolons or tabs.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments to ``parser``."""
    parser.description = DESCRIPTION
    parser.add_argument(
        "input",
        metavar="INPUT",
        nargs="?",
        default=STANDARD_STREAM,
        help="the CSV file (default: standard input)",
    )
    parser.add_argument(
        "-o",
        "--output",
        metavar="OUTPUT",
        default=STANDARD_STREAM,
        help="the file to write, only if all of INPUT can be read; may be INPUT (default: "
        "standard output, which is incomplete after an error)",
    )
    parser.add_argument("--decimal-comma", action="store_true", help="numbers have a decimal comma")


def run(
    options: argparse.Namespace, scorecard: Path = model.ARTIFACTS / model.SCORECARD_FILE
) -> int:
    """Score a CSV file with the model in ``scorecard``; return the exit status.

    SIGINT and SIGTERM interrupt the command, and no partial file is left.
    """
    try:
        with _interruptible(), _open_input(options.input) as source:
            file = CsvFile(source, model.load(scorecard), decimal_comma=options.decimal_comma)
            with _open_output(options.output) as target:
                _write(file, target, Progress(source, enabled=_shows_progress(options)))
    except KeyboardInterrupt:
        return _fail(options, "interrupted", 130)
    except UnicodeDecodeError:
        return _fail(options, "the input is not UTF-8 text", 2)
    except InvalidCsv as error:
        return _fail(options, f"the input is invalid: {error}", 2)
    except OSError as error:
        return _fail(options, f"{error.filename or 'the output'}: {error.strerror}", 2)
    except model.ScorecardError as error:
        return _fail(options, str(error), 2)
    print(summary(file.counts), file=sys.stderr)
    if file.rejected_with_comma:
        print(
            f"{file.rejected_with_comma:,} of the rejected rows have a comma in a measurement; "
            "if it is the decimal sign, use --decimal-comma",
            file=sys.stderr,
        )
    return 1 if file.counts["", ""] else 0


def summary(counts: Counter[tuple[str, str]]) -> str:
    """Return a line with the number of rows by prediction, and how many are referred."""
    rejected = counts["", ""]
    referred = sum(count for (_, decision), count in counts.items() if decision == "refer")
    malignant = sum(count for (prediction, _), count in counts.items() if prediction == "1")
    benign = counts.total() - rejected - malignant
    return (
        f"{counts.total():,} rows: {malignant:,} predicted malignant, {benign:,} benign, "
        f"{referred:,} of these referred to a person; {rejected:,} rejected"
    )


class Progress:
    """A progress line on the terminal."""

    def __init__(self, source: TextIO, *, enabled: bool) -> None:
        """Show the position in ``source`` if ``enabled``."""
        self._source = source
        self._enabled = enabled
        self._size = os.fstat(source.fileno()).st_size if source.seekable() else 0
        self._start = self._last = perf_counter()

    def update(self, rows: int) -> None:
        """Show the number of ``rows`` done, unless the line was updated just before."""
        now = perf_counter()
        if self._enabled and now - self._last >= PROGRESS_INTERVAL:
            self._last = now
            sys.stderr.write(f"\r\x1b[K{rows:,} rows{self._remaining(now - self._start)}")
            sys.stderr.flush()

    def clear(self) -> None:
        """Remove the line."""
        if self._enabled:
            sys.stderr.write("\r\x1b[K")

    def _remaining(self, elapsed: float) -> str:
        if not self._size:  # A pipe.
            return ""
        share = self._source.buffer.tell() / self._size
        return f", {share:.0%}, {elapsed / share - elapsed:.0f} s left"


def _write(file: CsvFile, target: IO[str], progress: Progress) -> None:
    lines = file.scored_lines()
    try:
        while chunk := "".join(islice(lines, ROWS_PER_WRITE)):
            target.write(chunk)
            progress.update(file.counts.total())
    finally:
        progress.clear()


@contextmanager
def _interruptible() -> Iterator[None]:
    """Raise `KeyboardInterrupt` on SIGINT and SIGTERM.

    A shell starts background jobs with SIGINT ignored, and Python then leaves it so.
    """
    numbers = (signal.SIGINT, signal.SIGTERM)
    previous = [signal.signal(number, signal.default_int_handler) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, previous, strict=True):
            signal.signal(number, handler)


def _shows_progress(options: argparse.Namespace) -> bool:
    """Return whether stderr is a terminal that the output is not written to."""
    to_terminal = options.output == STANDARD_STREAM and sys.stdout.isatty()
    return sys.stderr.isatty() and not to_terminal


def _fail(options: argparse.Namespace, reason: str, status: int) -> int:
    to_file = options.output != STANDARD_STREAM
    result = "nothing was written" if to_file else "the output is incomplete"
    print(f"not scored: {reason}; {result}.", file=sys.stderr)
    return status


def _open_input(name: str) -> AbstractContextManager[TextIO]:
    if name == STANDARD_STREAM:
        return os.fdopen(sys.stdin.fileno(), encoding="utf-8", newline="", closefd=False)
    return Path(name).open(encoding="utf-8", newline="")


def _open_output(name: str) -> AbstractContextManager[IO[str]]:
    if name == STANDARD_STREAM:
        return os.fdopen(sys.stdout.fileno(), "w", encoding="utf-8", newline="", closefd=False)
    return atomic_write(Path(name), encoding="utf-8", newline="")
