"""What ``throughput.json`` holds, as the report and its plots ask for it."""

from collections.abc import Mapping, Sequence
from math import inf
from statistics import median
from typing import Any

OURS, HELLO = "ours: /predict", "FastAPI's hello-world"

Results = Mapping[str, Any]
"""As `benchmarks.throughput.take_turns` makes them, read from JSON."""

Trial = Mapping[str, Any]
"""One server: ``name``, ``workers``, ``rows`` of a request, and what each of ``rounds`` gave."""


def trials(results: Results, workers: int, connections: int) -> list[Trial]:
    """Return the servers that ran with so many workers and were asked over so many connections."""
    return [
        trial
        for trial in results["trials"]
        if trial["workers"] == workers and str(connections) in trial["rounds"][0]
    ]


def trial(results: Results, name: str, workers: int = 1) -> Trial:
    """Return one server."""
    found: Trial = next(
        each for each in results["trials"] if (each["name"], each["workers"]) == (name, workers)
    )
    return found


def connections(trial: Trial) -> list[int]:
    """Return over how many connections this server was asked."""
    return [int(number) for number in trial["rounds"][0]]


def figures(trial: Trial, connections: int, column: str) -> list[float]:
    """Return what was found in each round."""
    return [each[str(connections)][column] for each in trial["rounds"]]


def rates(trial: Trial, connections: int) -> list[float]:
    """Return how many observations were answered in a second of each round."""
    return [each * trial["rows"] for each in figures(trial, connections, "requests_per_s")]


def middle(trial: Trial, connections: int, column: str) -> float:
    """Return the median of what was found in each round."""
    return median(figures(trial, connections, column))


def ratios(one: Trial, other: Trial, connections: int) -> list[float]:
    """Return how many times as many observations a second one server answers, round by round."""
    pairs = zip(rates(one, connections), rates(other, connections), strict=True)
    return [ours / its if its else inf for ours, its in pairs]


def spread(found: Sequence[float], form: str = ",.0f") -> str:
    """Return the median with the smallest and largest, each written in the ``form``."""
    return f"{median(found):{form}} ({min(found):{form}} to {max(found):{form}})"


def batches(results: Results) -> dict[float, float]:
    """Return, by number of rows, the milliseconds until all of them were answered."""
    return {
        float(rows): median(each[rows] for each in results["batches"])
        for rows in results["batches"][0]
    }
