"""The speed that the service guarantees, and what a run measured."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import inf
from statistics import median
from typing import Any

from benchmarks.lambda_functions import CLASSIC, EMPTY, SERVICE
from benchmarks.rounds import ratio
from benchmarks.servers import GRANIAN, UVICORN
from benchmarks.throughput import BATCH, BATCH_ROWS, HELLO, PREDICT

Results = Mapping[str, Any]
"""The results of one benchmark, as in its JSON file."""


@dataclass(frozen=True)
class Floor:
    """A guaranteed figure.

    Attributes:
        text: What is measured.
        figure: The measured figure.
        minimum: The smallest allowed figure.
        maximum: The largest allowed figure.
    """

    text: str
    figure: float
    minimum: float = -inf
    maximum: float = inf

    @property
    def is_met(self) -> bool:
        """Whether the figure is within the limits."""
        return self.minimum <= self.figure <= self.maximum


def floors(results: Mapping[str, Results]) -> Iterator[Floor]:
    """Yield the floors of all benchmarks in ``results``."""
    if found := results.get("throughput"):
        for behind, minimum in ((GRANIAN, 1.25), (UVICORN, 1.0)):
            text = f"`/predict` ÷ FastAPI hello-world, requests/s, behind {behind}"
            times = ratio(rates(found, PREDICT, behind), rates(found, HELLO, behind))
            yield Floor(text, times, minimum=minimum)
        rows_per_s = median(rates(found, BATCH, GRANIAN)) * BATCH_ROWS
        yield Floor(f"`/predict/batch` of {BATCH_ROWS:,}, rows/s", rows_per_s, minimum=300_000)
    if found := results.get("peers"):
        ours = rates(found, PREDICT, GRANIAN)
        peers = [server for server in found["servers"] if server["name"] in found["peers"]]
        for peer in sorted(peers, key=lambda peer: median(_rates(peer)))[-1:]:
            text = f"`/predict` ÷ the best peer ({peer['name']}), requests/s"
            yield Floor(text, ratio(ours, _rates(peer)), minimum=8)
    if found := results.get("cold"):
        starts = {name: [each["init_ms"] for each in its] for name, its in found["starts"].items()}
        for name, maximum in ((CLASSIC, 0.30), (EMPTY, 1.10)):
            times = ratio(starts[SERVICE], starts[name])
            yield Floor(f"Cold start ÷ {name}", times, maximum=maximum)
    if found := results.get("warm"):
        times = ratio(found["microseconds"][SERVICE], found["microseconds"][CLASSIC])
        yield Floor(f"Warm handler ÷ {CLASSIC}", times, maximum=0.20)


def rates(results: Results, name: str, behind: str) -> list[float]:
    """Return the requests per second of a server in all rounds."""
    [server] = (
        server
        for server in results["servers"]
        if (server["name"], server["behind"]) == (name, behind)
    )
    return _rates(server)


def _rates(server: Mapping[str, Any]) -> list[float]:
    return [each["requests_per_s"] for each in server["rounds"]]
