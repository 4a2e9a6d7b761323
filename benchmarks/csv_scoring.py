"""Scoring of a CSV file on the command line."""

import csv
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import model
from benchmarks.processes import output
from benchmarks.requests import NAMES, random_observations
from benchmarks.servers import WrongResponse


def score_csv(rows: int) -> float:
    """Score a CSV file; return the rows per second, start-up included.

    Raises:
        WrongResponse: A prediction is not the model's.
    """
    observations = list(random_observations(rows))
    with TemporaryDirectory() as folder:
        source, target = Path(folder, "scans.csv"), Path(folder, "scored.csv")
        with source.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([NAMES, *observations])
        start = time.perf_counter()
        output([sys.executable, "-m", "app", "score", str(source), "-o", str(target)])
        seconds = time.perf_counter() - start
        check_csv(target, observations)
    return rows / seconds


def check_csv(path: Path, observations: Sequence[Sequence[float]]) -> None:
    """Compare the predictions in a scored CSV file with the model's.

    Raises:
        WrongResponse: A prediction differs, or the number of rows does.
    """
    with path.open(newline="", encoding="utf-8") as file:
        labels = [int(row["prediction"]) for row in csv.DictReader(file)]
    if labels != list(map(model.load().label, observations)):
        raise WrongResponse("a row of the scored CSV file has a wrong prediction")
