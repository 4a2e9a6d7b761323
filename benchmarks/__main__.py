"""Run the benchmarks: ``python -m benchmarks [--only NAME ...] [--quick]``.

Each benchmark writes its results as JSON and updates the report. The exit status is 1 if a floor
is not met or a reliability guarantee is violated.
"""

import argparse
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from tqdm import tqdm

from benchmarks import lambda_functions, model, reliability, throughput
from benchmarks.estimator import estimator_file
from benchmarks.floors import floors
from benchmarks.processes import ROOT
from benchmarks.report import read_files, write_file, write_report
from benchmarks.rounds import FULL, QUICK, Progress, RunSize
from benchmarks.wrk import WrkMissing

Benchmark = Callable[[RunSize, Progress], dict[str, Any]]

BENCHMARKS: Mapping[str, tuple[Benchmark, float]] = {
    "throughput": (throughput.run, 240),
    "peers": (throughput.run_peers, 240),
    "model": (model.run, 60),
    "cold": (lambda_functions.run_cold, 60),
    "warm": (lambda_functions.run_warm, 60),
    "reliability": (reliability.run, 420),
}
"""Benchmarks, and roughly the seconds that each takes, for the progress bar."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument(
        "--only",
        nargs="*",
        choices=BENCHMARKS,
        metavar="NAME",
        default=list(BENCHMARKS),
        help="benchmarks to run; without names, only write the report",
    )
    parser.add_argument("--quick", action="store_true", help="check that everything works")
    parser.add_argument("--output", type=Path, default=ROOT / "benchmarks")
    options = parser.parse_args(arguments)
    if not estimator_file().exists():
        parser.exit(1, "the fitted estimator is missing; make it with: make train\n")
    try:
        run(options.only, options.output, QUICK if options.quick else FULL)
    except WrkMissing as missing:
        parser.exit(1, f"{missing}\n")
    failures = find_failures(read_files(options.output))
    for failure in failures:
        print(f"FAILED: {failure}", file=sys.stderr)
    return bool(failures)


def run(names: Sequence[str], folder: Path, size: RunSize) -> None:
    """Run benchmarks with a progress bar that shows the time left; write their results."""
    started = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime())
    total = sum(BENCHMARKS[name][1] for name in names)
    layout = "{desc} {percentage:3.0f}% |{bar}| {elapsed} elapsed, {remaining} left"
    with tqdm(total=total, bar_format=layout, smoothing=0) as bar:
        for name in names:
            benchmark, seconds = BENCHMARKS[name]
            bar.set_description_str(name)
            results = benchmark(size, partial(_advance, bar, bar.n, seconds))
            write_file(folder, name, started, results, provisional=size != FULL)
    write_report(folder)


def find_failures(contents: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Return the floors that complete runs do not meet, and the violated guarantees."""
    complete = {
        name: content["results"] for name, content in contents.items() if not content["provisional"]
    }
    unmet = [floor.text for floor in floors(complete) if not floor.is_met]
    return [*unmet, *complete.get("reliability", {}).get("violations", [])]


def _advance(bar: "tqdm[Any]", start: float, seconds: float, fraction: float) -> None:
    bar.update(start + fraction * seconds - bar.n)


if __name__ == "__main__":
    # So that SIGTERM, too, stops the server that is being measured.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    raise SystemExit(main())
