"""Programs that run to their end, and the memory, processor time and children of others.

The latter are read from Linux's ``/proc``.
"""

import os
import re
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).parent.parent

_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


def output(command: Sequence[str], stdin: str = "") -> str:
    """Run a program in the project's folder; return its standard output.

    Raises:
        RuntimeError: It failed; the message has its output.
    """
    run = subprocess.run(
        command, cwd=ROOT, input=stdin, capture_output=True, text=True, check=False
    )
    if run.returncode:
        raise RuntimeError(f"{command} failed: {run.stdout}{run.stderr}")
    return run.stdout


def descendants(pid: int) -> list[int]:
    """Return the process ids of all children and their descendants, parents first."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):  # The process has exited.
            for child in map(int, task.read_text(encoding="utf-8").split()):
                found += [child, *descendants(child)]
    return found


def resident_bytes(pid: int) -> int:
    """Return the resident memory of a process, or 0 if it has exited."""
    with suppress(OSError):
        return int(Path(f"/proc/{pid}/statm").read_text(encoding="utf-8").split()[1]) * _PAGE_BYTES
    return 0


def peak_resident_mb(pid: int) -> float:
    """Return the peak resident memory of a process, in megabytes."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    return int(re.findall(r"VmHWM:\s+(\d+)", status)[0]) * 1024 / 1e6


def processor_seconds(pid: int) -> float:
    """Return the processor time that a process has used, or 0 if it has exited."""
    with suppress(OSError):
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS_PER_SECOND
    return 0.0
