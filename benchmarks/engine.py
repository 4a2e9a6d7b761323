"""Cold starts at a fraction of a processor, which a container engine can hand out.

Not run by `make test`, which must not need an engine.
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path

from benchmarks.cold_start_report import Starts

ROOT = Path(__file__).parent.parent

MEMORY_SIZES = (128, 512, 1024, 1769)
"""Lambda's memory settings, in megabytes, whose share of a processor is tried."""

WHOLE_PROCESSOR = 1769
"""The memory, in megabytes, with which Lambda gives a function one whole processor."""

_IMAGE = "classifier-benchmark"


def at_shares(rounds: int) -> dict[str, Starts]:
    """Return what starts took at the share of each memory size; nothing without an engine."""
    if not _answers():
        print("no container engine answers: measured at full speed only", file=sys.stderr)
        return {}
    _build()
    return {f"{memory} MB's share of a processor": _run(memory, rounds) for memory in MEMORY_SIZES}


def _answers() -> bool:
    docker = shutil.which("docker")
    return docker is not None and _docker("info").returncode == 0


def _build() -> None:
    options = ("--network", "host", "-f", "benchmarks/Dockerfile", "-t", _IMAGE)
    _docker("build", *options, ".").check_returncode()


def _run(memory: int, rounds: int) -> Starts:
    share = ("--cpus", f"{memory / WHOLE_PROCESSOR:.3f}", "--network", "none")
    command = ("python", "-m", "benchmarks.cold_start", "--raw", "--starts", str(rounds))
    run = _docker("run", "--rm", *share, _IMAGE, *command)
    run.check_returncode()
    starts: Starts = json.loads(run.stdout)
    return starts


def _docker(*arguments: str) -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run(["docker", *arguments], cwd=ROOT, stdout=subprocess.PIPE, check=False)
