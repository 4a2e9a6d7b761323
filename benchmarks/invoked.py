"""A Lambda function in a process of its own: ``python -m benchmarks.invoked HANDLER [LOG]``.

It says when it is ready. Then each line of its standard input is a number of invocations, and
each line of its output is how many microseconds one of them took. With a file ``LOG``, what the
function logs is written there in Lambda's own JSON, as with the template; without, it logs
nothing but warnings, as by default.
"""

import json
import logging
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from subprocess import PIPE, Popen
from typing import Any

from awslambdaric.lambda_context import LambdaContext
from awslambdaric.lambda_runtime_log_utils import JsonFormatter

ROOT = Path(__file__).parent.parent

EVENT = ROOT / "tests" / "events" / "observation-2-malignant.json"
"""The Function URL event that every function gets, and what ours answers."""


@contextmanager
def invoked(handler: str, *log: str) -> Iterator[Callable[[int], float]]:
    """Run a function in a process of its own until the block ends.

    Args:
        handler: Its handler, as Lambda's settings name it.
        log: The file to which it logs, if it does.

    Yields:
        What invokes it so many times, one after the other, and returns the microseconds that
        one invocation took.

    Raises:
        RuntimeError: The function cannot be loaded, or failed; what it printed says why.
    """
    command = [sys.executable, "-m", "benchmarks.invoked", handler, *log]
    # It ends when its input does.
    with Popen(command, cwd=ROOT, stdin=PIPE, stdout=PIPE, text=True) as process:
        asks, answers = process.stdin, process.stdout
        assert asks is not None
        assert answers is not None

        def answer() -> str:
            if line := answers.readline():
                return line
            raise RuntimeError(f"{handler} failed")

        def invoke(times: int) -> float:
            asks.write(f"{times}\n")
            asks.flush()
            return float(answer())

        answer()
        yield invoke


def _load(name: str) -> Callable[[Any, Any], Any]:
    module, _, attribute = name.rpartition(".")
    handler: Callable[[Any, Any], Any] = getattr(import_module(module), attribute)
    return handler


def _write_logs(path: str) -> None:
    handler = logging.FileHandler(path, encoding="utf-8")
    handler.setFormatter(JsonFormatter())
    handler.terminator = ""  # Each record ends with a line break of its own.
    logging.basicConfig(level=logging.INFO, handlers=[handler])


def main(handler: str, *log: str) -> None:
    """Invoke ``handler`` as often as standard input says, line by line."""
    for path in log:
        _write_logs(path)
    invoke = _load(handler)
    event = json.loads(EVENT.read_text(encoding="utf-8"))["event"]
    context = LambdaContext("c6af9ac6-7b61-11e6-9a41-93e8deadbeef", None, None, 0)
    print("ready", flush=True)
    for line in sys.stdin:
        began = time.perf_counter()
        for _ in range(int(line)):
            invoke(event, context)
        print((time.perf_counter() - began) / int(line) * 1e6, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
