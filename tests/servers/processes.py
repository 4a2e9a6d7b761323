"""Starts the two servers as users do: local uvicorn, and the container's entry point."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from tests.conftest import ROOT

UVICORN = (sys.executable, "-m", "uvicorn", "app.main:app", "--http", "h11", "--no-access-log")
ENTRYPOINT = (str(ROOT / "deployment" / "entrypoint.sh"),)
START_TIMEOUT = 30  # seconds


def dockerfile_variables() -> dict[str, str]:
    """Return the GRANIAN_* variables that the Dockerfile sets."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    return dict(re.findall(r"^(?:ENV| {3}) (GRANIAN_\w+)=(\S+)", text, re.MULTILINE))


@dataclass(frozen=True)
class Server:
    """A running server. The process leads a group that holds its workers."""

    name: str
    port: int
    process: "subprocess.Popen[bytes]"
    log: IO[bytes]

    def output(self) -> str:
        """Return all that the server has logged."""
        self.log.seek(0)
        return self.log.read().decode()

    def memory(self) -> float:
        """Return the resident memory of all its processes, in MB."""
        return sum(kilobytes for _, kilobytes in self._group()) / 1000

    def workers(self) -> set[int]:
        """Return the ids of the processes that its main process has started."""
        return {pid for pid, _ in self._group()} - {self.process.pid}

    def _group(self) -> list[tuple[int, int]]:
        command = ["ps", "-A", "-o", "pgid=,pid=,rss="]
        listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        rows = [[int(field) for field in line.split()] for line in listed.splitlines()]
        return [(pid, rss) for group, pid, rss in rows if group == self.process.pid]

    def terminate(self, timeout: float = 20) -> tuple[int, float]:
        """Send SIGTERM; return the exit status and the seconds until the exit."""
        start = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout), time.monotonic() - start


@contextmanager
def uvicorn(variables: Mapping[str, str] | None = None) -> Iterator[Server]:
    """Run uvicorn, as `make run` does, until the block ends."""
    port = free_port()
    command = (*UVICORN, "--port", str(port))
    with _running("uvicorn", command, port, variables or {}) as server:
        wait_until_ready(server)
        yield server


@contextmanager
def container_server(variables: Mapping[str, str] | None = None) -> Iterator[Server]:
    """Run the image's entry point, with the Dockerfile's variables, until the block ends."""
    with starting_container_server(variables) as server:
        workers = int({**dockerfile_variables(), **(variables or {})}["GRANIAN_WORKERS"])
        wait_until_ready(server, workers)
        yield server


@contextmanager
def starting_container_server(
    variables: Mapping[str, str] | None = None, folder: Path = ROOT
) -> Iterator[Server]:
    """Run the image's entry point in ``folder``, and don't wait until it is ready."""
    port = free_port()
    environment = {
        **dockerfile_variables(),
        "GRANIAN_LOG_CONFIG": str(ROOT / "deployment" / "granian-log.json"),
        "GRANIAN_HOST": "127.0.0.1",
        "GRANIAN_PORT": str(port),
        **(variables or {}),
    }
    with _running("granian", ENTRYPOINT, port, environment, folder) as server:
        yield server


@contextmanager
def _running(
    name: str,
    command: tuple[str, ...],
    port: int,
    variables: Mapping[str, str],
    folder: Path = ROOT,
) -> Iterator[Server]:
    # The app's own tests measure its coverage; here it would slow the servers down.
    inherited = {key: value for key, value in os.environ.items() if "COVERAGE" not in key}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    with TemporaryFile() as log:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env={**inherited, "PATH": path, **variables},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        with _killed_afterwards(process):
            yield Server(name, port, process, log)


@contextmanager
def _killed_afterwards(process: "subprocess.Popen[bytes]") -> Iterator[None]:
    """Kill the group of ``process`` when the block ends, even if this process is killed."""
    # The guard's input ends either way.
    command = ["sh", "-c", "cat; kill -s KILL -- -$0", str(process.pid)]
    guard = subprocess.Popen(
        command, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        yield
    finally:
        guard.communicate()
        process.wait()


def wait_until_ready(server: Server, workers: int = 1) -> None:
    """Return when ``server`` accepts connections in all ``workers``; fail if it exits.

    A worker of granian loses a SIGTERM that comes before its "Started" line.
    """
    end = time.monotonic() + START_TIMEOUT
    while not (is_listening(server.port) and server.output().count("Started") >= workers):
        assert server.process.poll() is None, server.output()
        assert time.monotonic() < end, server.output()
        time.sleep(0.05)


def is_listening(port: int) -> bool:
    """Return whether ``port`` of 127.0.0.1 accepts a connection."""
    try:
        socket.create_connection(("127.0.0.1", port)).close()
    except ConnectionRefusedError:
        return False
    return True


def free_port() -> int:
    """Return a port of 127.0.0.1 on which nothing listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port
