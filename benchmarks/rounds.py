"""Run sizes, interleaved rounds and their statistics."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import TypeVar

T = TypeVar("T")

Progress = Callable[[float], object]
"""Called with the completed fraction of a benchmark, from 0 to 1."""


@dataclass(frozen=True)
class RunSize:
    """How much is measured.

    Attributes:
        rounds: Rounds of servers under load.
        seconds: Seconds of load per server and round.
        warm_up: Seconds of load before that.
        starts: Cold starts per function; also rounds of warm invocations and of the model.
        invocations: Warm invocations per function and round.
        model_rows: Rows that the model and its alternatives predict.
        csv_rows: Rows of the CSV file.
        requests: Requests of the endurance test.
        shutdowns: Shutdowns under load.
    """

    rounds: int = 3
    seconds: int = 3
    warm_up: int = 2
    starts: int = 15
    invocations: int = 500
    model_rows: int = 100_000
    csv_rows: int = 500_000
    requests: int = 1_000_000
    shutdowns: int = 20


FULL = RunSize()
"""The size of a run whose results are committed."""

QUICK = RunSize(1, 1, 1, 1, 5, 300, 1000, 500, 1)
"""A run in about a minute that shows that everything works; its figures mean nothing."""


def interleave(
    measurements: Mapping[str, Callable[[], T]], rounds: int, progress: Progress
) -> dict[str, list[T]]:
    """Call every measurement once per round; return the results of all rounds by name.

    A change in the speed of the machine thus affects all measurements alike.
    """
    results: dict[str, list[T]] = {name: [] for name in measurements}
    for number in range(rounds):
        for position, (name, measure) in enumerate(measurements.items(), start=1):
            results[name].append(measure())
            progress((number + position / len(measurements)) / rounds)
    return results


def ratio(values: Sequence[float], other: Sequence[float]) -> float:
    """Return the median of ``values`` divided by the median of ``other``."""
    return median(values) / median(other)


def spread(values: Sequence[float], form: str = ",.0f") -> str:
    """Return the median with the minimum and the maximum, such as ``3 (1 to 4)``."""
    return f"{median(values):{form}} ({min(values):{form}} to {max(values):{form}})"
