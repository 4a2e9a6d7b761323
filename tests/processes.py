"""Child processes that end with their test, however the test ends."""

import os
import secrets
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread
from typing import Any

import psutil

PROJECT = Path(__file__).parent.parent
MARK = "TEST_RUN"
"""Environment variable that all processes of a test run inherit."""


@contextmanager
def start(
    command: Sequence[str | Path],
    variables: Mapping[str, str] | None = None,
    **options: Any,
) -> Iterator["subprocess.Popen[str]"]:
    """Run ``command`` in a process group of its own; kill the group when the block ends.

    Args:
        command: Program and arguments.
        variables: Added to the environment.
        options: For `subprocess.Popen`, such as ``stderr=subprocess.PIPE``.
    """
    with subprocess.Popen(
        command,
        **{"cwd": PROJECT, "text": True, **options},
        env={**os.environ, **(variables or {})},
        start_new_session=True,
    ) as process:
        try:
            yield process
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def drain(process: "subprocess.Popen[str]") -> None:
    """Read the rest of stderr in a thread: a full pipe would stop the process."""
    assert process.stderr is not None
    Thread(target=deque, args=(process.stderr, 0), daemon=True).start()


def accept_interrupts() -> None:
    """Let Ctrl-C and SIGINT interrupt this process and those that it starts.

    A shell starts a background command with SIGINT ignored, and children inherit that.
    """
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def kill_descendants_at_exit() -> "subprocess.Popen[bytes]":
    """Start a process that kills what this one leaves behind, even after SIGKILL.

    It waits for the end of its stdin, of which this process holds the other end.
    """
    mark = secrets.token_hex(16)
    unmeasured = {key: value for key, value in os.environ.items() if "COVERAGE" not in key}
    unmeasured.pop(MARK, None)
    reaper = subprocess.Popen(
        [sys.executable, "-m", "tests.processes", mark],
        cwd=PROJECT,
        env=unmeasured,
        stdin=subprocess.PIPE,
        start_new_session=True,
    )
    os.environ[MARK] = mark
    return reaper


def marked(mark: str) -> list[psutil.Process]:
    """Return the processes with ``mark`` in their environment."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.environ().get(MARK) == mark:
                found.append(process)
    return found


def reap(mark: str) -> None:
    """Kill all processes with ``mark``, and those that they start meanwhile."""
    while left := marked(mark):
        for process in left:
            with suppress(psutil.Error):
                process.kill()
        psutil.wait_procs(left, timeout=5)


if __name__ == "__main__":
    sys.stdin.read()
    reap(sys.argv[1])
