"""The service as its own process, ``python -m app``, and what ``/proc`` tells of it."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.kinds import BODY_LIMIT
from deployment.emulator import wait_until_listening

ROOT = Path(__file__).parent.parent

_PAGE = os.sysconf("SC_PAGE_SIZE")
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Service:
    """A running service.

    Attributes:
        port: Where it listens, on 127.0.0.1.
        process: What was started: the worker, or the supervisor of several.
    """

    port: int
    process: "subprocess.Popen[bytes]"

    def workers(self) -> list[int]:
        """Return the process ids of those of the supervisor's workers that serve by now."""
        pid = self.process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="utf-8")
        return [int(child) for child in children.split() if serves(Path(f"/proc/{child}"))]

    def stop(self) -> float:
        """Send SIGTERM, and return after how many seconds it ended.

        Raises:
            RuntimeError: It ended with another status than 0.
        """
        began = time.perf_counter()
        self.process.terminate()
        if self.process.wait(timeout=60) != 0:
            raise RuntimeError(f"the service ended with status {self.process.returncode}")
        return time.perf_counter() - began


@contextmanager
def serving(**settings: int) -> Iterator[Service]:
    """Run the service until the block ends, with ``settings`` in its environment."""
    port = free_port()
    variables = {"HOST": "127.0.0.1", "PORT": port, "BODY_LIMIT": BODY_LIMIT, **settings}
    process = subprocess.Popen(
        [sys.executable, "-m", "app"],
        cwd=ROOT,
        env={**os.environ, **{name: str(value) for name, value in variables.items()}},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_until_listening(port, process)
        yield Service(port, process)
    finally:
        process.terminate()
        process.wait(timeout=60)


def resident_bytes(pid: int) -> int:
    """Return the resident memory of a process."""
    return int(Path(f"/proc/{pid}/statm").read_text(encoding="utf-8").split()[1]) * _PAGE


def processor_seconds(pid: int) -> float:
    """Return the processor time that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def free_port() -> int:
    """Return a port of 127.0.0.1 on which nothing listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def serves(process: Path) -> bool:
    """Return whether the process at this path under ``/proc`` waits for connections.

    A worker that is still starting doesn't, nor does the helper that Python's multiprocessing
    starts beside the workers: its event loop has nothing but itself to watch, if there is one.
    """
    try:
        loops = [fd for fd in (process / "fd").iterdir() if "eventpoll" in str(fd.readlink())]
        watched = [(process / "fdinfo" / fd.name).read_text(encoding="utf-8") for fd in loops]
    except OSError:  # It has ended since.
        return False
    return any(text.count("tfd:") > 1 for text in watched)
