"""Cold starts under AWS's emulator: ``python -m benchmarks.cold_start``.

Four functions start in turn, round after round, so that a change in the machine's speed
meets all of them alike: at full speed, and, where a container engine answers, at the share
of a processor that Lambda gives with some sizes of memory.
"""

import argparse
import compileall
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from tqdm import tqdm

from benchmarks.cold_start_report import Starts
from benchmarks.engine import at_shares
from benchmarks.report import write
from benchmarks.start import measure
from deployment.emulator import RUNTIME

ROOT = Path(__file__).parent.parent

EVENT = ROOT / "tests" / "events" / "observation-2-malignant.json"

_CLIENT = (sys.executable, "-m", "awslambdaric")

FUNCTIONS: Mapping[str, tuple[str, ...]] = {
    "ours": RUNTIME,
    "empty FastAPI": (*_CLIENT, "benchmarks.functions.empty.handler"),
    "classic": (*_CLIENT, "benchmarks.functions.classic.handler"),
    "nothing": (*_CLIENT, "benchmarks.functions.nothing.handler"),
}
"""The commands that become each function's runtime."""


def take_turns(rounds: int) -> Starts:
    """Start each function ``rounds`` times, in turn, and return what each start took."""
    # As in the image: where nothing can be written, Python would compile at every start.
    for room in ("app", "model", "benchmarks"):
        compileall.compile_dir(ROOT / room, quiet=1)
    event = json.dumps(json.loads(EVENT.read_text(encoding="utf-8"))["event"]).encode()
    starts: dict[str, list[dict[str, float]]] = {name: [] for name in FUNCTIONS}
    for _ in tqdm(range(rounds), desc="rounds of cold starts"):
        for name, runtime in FUNCTIONS.items():
            starts[name].append(asdict(measure(runtime, event)))
    return starts


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cold_start")
    parser.add_argument("--starts", type=int, default=15, help="of each function")
    parser.add_argument("--output", type=Path, default=ROOT / "benchmarks")
    parser.add_argument("--raw", action="store_true", help="print the figures, write nothing")
    options = parser.parse_args(arguments)
    starts = take_turns(options.starts)
    if options.raw:
        print(json.dumps(starts))
    else:
        results = {"full speed": starts, **at_shares(options.starts)}
        write(options.output, "cold_start", results)


if __name__ == "__main__":
    main()
