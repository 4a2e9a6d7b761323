"""Invocations of a function that has started: ``python -m benchmarks.lambda_warm``.

The functions take turns, each in a process of its own: called directly, which is what the code
itself takes, and through AWS's emulator, of which most is the emulator's own.
"""

import argparse
import json
import os
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from subprocess import DEVNULL
from typing import Any

import httpx

from benchmarks import report
from benchmarks.cold_start import FUNCTIONS
from benchmarks.invoked import EVENT, ROOT, invoked
from benchmarks.turns import Turns, take_turns
from deployment.emulator import emulator

HANDLERS: Mapping[str, tuple[str, ...]] = {
    "ours": ("app.lambda_handler.handler",),
    "ours, with its log line": ("app.lambda_handler.handler", os.devnull),
    "Mangum alone": ("benchmarks.functions.mangum_alone.handler",),
    "empty FastAPI": ("benchmarks.functions.empty.handler",),
    "classic": ("benchmarks.functions.classic.handler",),
}
"""What is called directly: the arguments of `benchmarks.invoked`."""


def in_process(calls: int, rounds: int) -> Turns:
    """Return microseconds per invocation, the mean of ``calls``, in each round."""
    with ExitStack() as processes:
        functions = {
            name: partial(processes.enter_context(invoked(*handler)), calls)
            for name, handler in HANDLERS.items()
        }
        return take_turns(functions, rounds, f"rounds of {calls} calls")


def through_emulator(calls: int, rounds: int) -> Turns:
    """Return milliseconds per invocation through the emulator, in each round."""
    event = json.dumps(json.loads(EVENT.read_text(encoding="utf-8"))["event"]).encode()
    with httpx.Client(timeout=60) as client, ExitStack() as emulators:
        functions = {}
        for name, runtime in FUNCTIONS.items():
            url = emulators.enter_context(emulator(runtime=runtime, output=DEVNULL))
            functions[name] = partial(_invoke, client, url, event, calls)
        return take_turns(functions, rounds, f"rounds of {calls} invocations")


def _invoke(client: httpx.Client, url: str, event: bytes, calls: int) -> float:
    began = time.perf_counter()
    for _ in range(calls):
        client.post(url, content=event).raise_for_status()
    return (time.perf_counter() - began) / calls * 1000


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.lambda_warm")
    parser.add_argument("--calls", type=int, default=500, help="of each function in a round")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--output", type=Path, default=ROOT / "benchmarks")
    options = parser.parse_args(arguments)
    results: dict[str, Any] = {
        "in process": in_process(options.calls, options.rounds),
        "emulator": through_emulator(max(1, options.calls // 5), options.rounds),
    }
    report.write(options.output, "lambda_warm", results)


if __name__ == "__main__":
    main()
