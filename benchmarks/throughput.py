"""How much one server answers, and how soon: ``python -m benchmarks.throughput``.

Servers are measured in turn, round after round, one alive at a time, so that a change in the
machine's speed meets all of them alike. Each is warmed up first, and its answers are checked
before and after each measurement. Ends with an error if one is wrong.
"""

import argparse
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from tqdm import tqdm

from benchmarks.bulk import batch_times, score
from benchmarks.contenders import HELLO, OURS, RAW, TUTORIAL, Contender, predictions, running
from benchmarks.report import write
from benchmarks.samples import batch
from benchmarks.serving import ROOT
from benchmarks.wrk import Figures, WrkMissing, wrk

Load = Callable[[str, bytes, int, int], Figures]
"""What asks, as `benchmarks.wrk.wrk` does."""

WARM_UP = 2
"""Seconds of load before each server is measured, which are thrown away."""

_USUAL = (1, 16, 64)
_ALL = (1, 2, 4, 8, 16, 32, 64, 128, 256)


@dataclass(frozen=True)
class Trial:
    """What is measured of one contender in each round.

    Attributes:
        contender: The server, with what it is asked.
        rows: How many observations a request holds.
        connections: Over how many connections it is asked, one number after the other.
        workers: How many processes serve.
        stretch: How many times as long as others it is asked, as its answers take long.
    """

    contender: Contender
    rows: int = 1
    connections: Sequence[int] = _USUAL
    workers: int = 1
    stretch: int = 1

    def measure(self, seconds: int, load: Load) -> dict[int, dict[str, float]]:
        """Return, by number of connections, what so many seconds of ``load`` gave."""
        found = {}
        body = self.contender.questions[0].body
        with running(self.contender, self.workers) as server:
            load(server.url, body, 16, WARM_UP)
            # Behind what the load has left in the queue, too.
            server.check()
            for connections in self.connections:
                figures = load(server.url, body, connections, seconds * self.stretch)
                server.check()
                found[connections] = {**asdict(figures), "resident_mb": server.resident_mb()}
        return found


@dataclass(frozen=True)
class Plan:
    """What is measured in each round.

    Attributes:
        trials: Under load, in this order.
        batches: How many rows one caller has answered.
        csv: How many rows a CSV has.
    """

    trials: Sequence[Trial]
    batches: Sequence[int] = (1, 10, 100, 1000, 10_000, 100_000)
    csv: int = 500_000


def full_plan() -> Plan:
    """Return what is measured if nothing else is asked for."""
    ours = replace(OURS, name="ours: /predict")
    return Plan(
        (
            Trial(ours, connections=_ALL),
            Trial(HELLO, connections=_ALL),
            Trial(RAW),
            Trial(TUTORIAL),
            Trial(replace(OURS, name="ours: /explain", questions=predictions("/explain"))),
            *(batch_trial(rows) for rows in (1, 100, 10_000)),
            Trial(ours, connections=_USUAL[1:], workers=2),
            Trial(HELLO, connections=_USUAL[1:], workers=2),
        )
    )


def batch_trial(rows: int) -> Trial:
    """Return what is measured of batches of so many rows."""
    contender = replace(OURS, name=f"ours: /predict/batch of {rows:,}", questions=[batch(rows)])
    return Trial(contender, rows, stretch=3 if rows > 1000 else 1)


def take_turns(plan: Plan, rounds: int, seconds: int, load: Load = wrk) -> dict[str, Any]:
    """Measure all that is in ``plan`` so many times, in turn."""
    results = _nothing_yet(plan, seconds)
    with tqdm(total=rounds * (len(plan.trials) + 1), desc="servers measured") as bar:
        for _ in range(rounds):
            for trial, found in zip(plan.trials, results["trials"], strict=True):
                found["rounds"].append(trial.measure(seconds, load))
                bar.update()
            results["batches"].append(batch_times(plan.batches))
            results["scorer"]["rows_per_s"].append(score(plan.csv))
            bar.update()
    return results


def _nothing_yet(plan: Plan, seconds: int) -> dict[str, Any]:
    return {
        "seconds": seconds,
        "trials": [
            {"name": each.contender.name, "workers": each.workers, "rows": each.rows, "rounds": []}
            for each in plan.trials
        ],
        "batches": [],
        "scorer": {"rows": plan.csv, "rows_per_s": []},
    }


def main(
    arguments: Sequence[str] | None = None, plan: Plan | None = None, load: Load = wrk
) -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.throughput")
    parser.add_argument("--rounds", type=int, default=3, help="in which each takes its turn")
    parser.add_argument("--seconds", type=int, default=3, help="of load for each figure")
    parser.add_argument("--output", type=Path, default=ROOT / "benchmarks")
    options = parser.parse_args(arguments)
    try:
        results = take_turns(plan or full_plan(), options.rounds, options.seconds, load)
    except WrkMissing as missing:
        parser.exit(1, f"{missing}\n")
    print(write(options.output, "throughput", results))


if __name__ == "__main__":
    main()
