"""One cold start of one function, measured."""

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import httpx

from deployment.emulator import emulator

# A name in the function's environment by which its process is found.
_MARK = "COLD_START"

# Initialisation counts into the emulator's time-out, and may be at a fraction of a processor.
_PATIENCE = {"AWS_LAMBDA_FUNCTION_TIMEOUT": "300"}


@dataclass(frozen=True, slots=True)
class Start:
    """What one cold start took.

    Attributes:
        init_ms: What the emulator states for the initialisation, in milliseconds.
        answer_ms: From sending the first request to having its answer, in milliseconds.
        memory_mb: The process's peak resident memory, in megabytes.
    """

    init_ms: float
    answer_ms: float
    memory_mb: float


def measure(runtime: Sequence[str], event: bytes) -> Start:
    """Start the function whose process is ``runtime`` and have it answer ``event``."""
    mark = uuid4().hex
    with TemporaryDirectory() as folder, Path(folder, "log").open("w") as log:
        with (
            emulator(runtime=runtime, environment={_MARK: mark, **_PATIENCE}, output=log) as url,
            httpx.Client(timeout=300) as client,
        ):
            began = time.perf_counter()
            client.post(url, content=event).raise_for_status()
            answered = time.perf_counter()
            memory = peak_memory(mark)
        init = re.search(r"INIT REPORT\(durationMs: ([\d.]+)", Path(folder, "log").read_text())
    assert init is not None
    return Start(float(init[1]), (answered - began) * 1000, memory)


def peak_memory(mark: str) -> float:
    """Return the peak resident memory, in megabytes, of the Python process with ``mark``.

    Raises:
        LookupError: There is no such process.
    """
    needle = f"{_MARK}={mark}".encode()
    for process in Path("/proc").glob("[0-9]*"):
        if _carries(needle, process):
            kilobytes = re.search(r"VmHWM:\s+(\d+)", (process / "status").read_text())
            assert kilobytes is not None
            return int(kilobytes[1]) * 1024 / 1e6
    raise LookupError("the function's process is not there")


def _carries(needle: bytes, process: Path) -> bool:
    try:
        is_python = "python" in (process / "exe").readlink().name
        return is_python and needle in (process / "environ").read_bytes()
    except OSError:  # It has ended since, or is another user's.
        return False
