"""Predict for each row of a CSV: ``python -m app score [INPUT] [-o OUTPUT]``.

Exits with 0 when every row was predicted, with 1 when one was refused, with 2 when the
file wasn't scored, and with 130 when it was interrupted.
"""

import argparse
import os
import signal
import sys
from collections import Counter
from contextlib import AbstractContextManager
from itertools import islice
from pathlib import Path
from time import perf_counter
from typing import IO, TextIO

import model
from app.sheet import Sheet, SheetUnreadable
from model.files import atomic_write

STANDARD = "-"
"""What stands for standard input and output."""

BATCH = 1000
"""Rows that are written at once."""

INTERVAL = 0.2
"""Seconds between two looks at the progress."""

DESCRIPTION = """\
Put a prediction behind each row of a CSV. Its header has to name each measurement, as a
request does (worstArea) or as the data set does (worst area); other columns are passed on.
The text has to be UTF-8, with commas, semicolons or tabs between its cells.
"""

COMMAS = (
    "{} of the refused rows have a comma in a measurement; if that is this file's decimal "
    "point, say so with --decimal-comma"
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Tell ``parser`` what `run` takes."""
    parser.description = DESCRIPTION
    parser.add_argument(
        "input",
        metavar="INPUT",
        nargs="?",
        default=STANDARD,
        help="the CSV (default: standard input)",
    )
    parser.add_argument(
        "-o",
        "--output",
        metavar="OUTPUT",
        default=STANDARD,
        help="where it is written, whole or not at all; may be INPUT (default: standard "
        "output, which can break off)",
    )
    parser.add_argument(
        "--decimal-comma",
        action="store_true",
        help="numbers have a comma for a decimal point",
    )


def run(
    options: argparse.Namespace, scorecard: Path = model.ARTIFACTS / model.SCORECARD_FILE
) -> int:
    """Score a file as ``options`` say, with the model in ``scorecard``; return the exit status.

    Being told to stop (SIGTERM) is taken as Ctrl-C is: nothing is left behind.
    """
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with _source(options.input) as source:
            sheet = Sheet(source, model.load(scorecard), decimal_comma=options.decimal_comma)
            with _target(options.output) as target:
                _score(sheet, target, Progress(source, shown=_watched(options)))
    except KeyboardInterrupt:
        return _stopped(options, "interrupted", 130)
    except UnicodeDecodeError:
        return _stopped(options, "the input is not UTF-8 text", 2)
    except SheetUnreadable as error:
        return _stopped(options, f"the input cannot be read: {error}", 2)
    except OSError as error:
        return _stopped(options, f"{error.filename or 'the output'}: {error.strerror}", 2)
    except model.ScorecardError as error:
        return _stopped(options, str(error), 2)
    finally:
        signal.signal(signal.SIGTERM, before)
    print(summary(sheet.tally), file=sys.stderr)
    if sheet.commas:
        print(COMMAS.format(f"{sheet.commas:,}"), file=sys.stderr)
    return 1 if sheet.tally["", ""] else 0


def summary(tally: Counter[tuple[str, str]]) -> str:
    """Return in one line how many rows got which ``tally`` of prediction and decision."""
    rows = tally.total()
    refused = tally["", ""]
    referred = sum(count for (_, decision), count in tally.items() if decision == "refer")
    malignant = sum(count for (prediction, _), count in tally.items() if prediction == "1")
    return (
        f"{rows:,} rows: {malignant:,} predicted malignant, {rows - refused - malignant:,} "
        f"benign, {referred:,} of these to be referred to a person; {refused:,} refused"
    )


class Progress:
    """A line on the terminal that says how far the reading of a file has come."""

    def __init__(self, source: TextIO, *, shown: bool) -> None:
        """Follow ``source``; do nothing unless this is to be ``shown``."""
        self._source = source
        self._shown = shown
        self._size = os.fstat(source.fileno()).st_size if source.seekable() else 0
        self._start = self._last = perf_counter()

    def show(self, rows: int) -> None:
        """Say that so many ``rows`` are done, if nothing was said just before."""
        now = perf_counter()
        if self._shown and now - self._last >= INTERVAL:
            self._last = now
            sys.stderr.write(f"\r\x1b[K{rows:,} rows{self._left(now - self._start)}")
            sys.stderr.flush()

    def clear(self) -> None:
        """Take the line away."""
        if self._shown:
            sys.stderr.write("\r\x1b[K")

    def _left(self, seconds: float) -> str:
        if not self._size:  # It comes from a pipe.
            return ""
        share = self._source.buffer.tell() / self._size
        return f", {share:.0%}, {seconds / share - seconds:.0f} s left"


def _score(sheet: Sheet, target: IO[str], progress: Progress) -> None:
    lines = sheet.lines()
    try:
        while batch := "".join(islice(lines, BATCH)):
            target.write(batch)
            progress.show(sheet.tally.total())
    finally:
        progress.clear()


def _watched(options: argparse.Namespace) -> bool:
    """Return whether there is a terminal for the progress, and nothing else on it."""
    return sys.stderr.isatty() and not (options.output == STANDARD and sys.stdout.isatty())


def _stopped(options: argparse.Namespace, reason: str, status: int) -> int:
    left = "the output breaks off here" if options.output == STANDARD else "nothing was written"
    print(f"not scored: {reason}; {left}.", file=sys.stderr)
    return status


def _source(name: str) -> AbstractContextManager[TextIO]:
    if name == STANDARD:
        return os.fdopen(sys.stdin.fileno(), encoding="utf-8", newline="", closefd=False)
    return Path(name).open(encoding="utf-8", newline="")


def _target(name: str) -> AbstractContextManager[IO[str]]:
    if name == STANDARD:
        return os.fdopen(sys.stdout.fileno(), "w", encoding="utf-8", newline="", closefd=False)
    return atomic_write(Path(name), encoding="utf-8", newline="")
