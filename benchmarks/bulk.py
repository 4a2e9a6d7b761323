"""Many observations at once: over HTTP in one request or several, and as a CSV."""

import csv
import http.client
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

import model
from benchmarks.contenders import OURS, WrongAnswer, running
from benchmarks.samples import NAMES, batch, observations
from benchmarks.serving import ROOT

PIECE = 10_000
"""The most rows that one request may hold; more are sent in pieces."""

# So many rows are sent for each size, but no size fewer times than that.
_ROWS, _TIMES = 2000, 5


def batch_times(sizes: Sequence[int]) -> Mapping[int, float]:
    """Return, by number of rows, the median milliseconds until all of them are answered.

    One after the other over one connection, to one worker.
    """
    with running(OURS) as server:
        address = urlsplit(server.url)
        with closing(http.client.HTTPConnection(str(address.hostname), address.port)) as connection:
            return {rows: _batch_time(connection, rows) for rows in sizes}


def _batch_time(connection: http.client.HTTPConnection, rows: int) -> float:
    pieces = -(-rows // PIECE)
    question = batch(rows // pieces)
    seconds = []
    for _ in range(1 + max(_TIMES, _ROWS // rows)):
        began = time.perf_counter()
        for _ in range(pieces):
            connection.request(
                "POST", question.path, question.body, {"Content-Type": "application/json"}
            )
            connection.getresponse().read()
        seconds.append(time.perf_counter() - began)
    return median(seconds[1:]) * 1000  # The first one warms up.


def score(rows: int) -> float:
    """Score a CSV of so many ``rows`` from the command line; return how many a second.

    Raises:
        WrongAnswer: A row got another answer than the model's.
    """
    with TemporaryDirectory() as folder:
        sheet, scored = Path(folder, "scans.csv"), Path(folder, "scored.csv")
        _write(sheet, rows)
        command = [sys.executable, "-m", "app", "score", str(sheet), "-o", str(scored)]
        began = time.perf_counter()
        subprocess.run(command, cwd=ROOT, stderr=subprocess.DEVNULL, check=True)
        seconds = time.perf_counter() - began
        check(scored, rows)
    return rows / seconds


def _write(sheet: Path, rows: int) -> None:
    with sheet.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([NAMES, *observations(rows)])


def check(scored: Path, rows: int) -> None:
    """Check the answers in a CSV.

    Raises:
        WrongAnswer: One of them isn't the model's, or there are more or less than ``rows``.
    """
    with scored.open(newline="", encoding="utf-8") as file:
        labels = [int(row["prediction"]) for row in csv.DictReader(file)]
    if labels != list(map(model.load().label, observations(rows))):
        raise WrongAnswer("a row of the CSV got another answer than the model's")
