"""Starts the two servers as users do: local uvicorn, and the container's entry point."""

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

import psutil

from tests.conftest import ROOT
from tests.processes import start

UVICORN = (sys.executable, "-m", "uvicorn", "app.main:app", "--http", "h11", "--no-access-log")
ENTRYPOINT = (str(ROOT / "deployment" / "entrypoint.sh"),)


def dockerfile_variables() -> dict[str, str]:
    """Return the GRANIAN_* variables that the Dockerfile sets."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    return dict(re.findall(r"^(?:ENV| {3}) (GRANIAN_\w+)=(\S+)", text, re.MULTILINE))


@dataclass(frozen=True)
class Server:
    """A running server."""

    port: int
    process: "subprocess.Popen[str]"
    log: IO[bytes]

    def output(self) -> str:
        """Return all that the server has logged."""
        self.log.seek(0)
        return self.log.read().decode()

    def workers(self) -> list[psutil.Process]:
        """Return the processes that its main process has started."""
        return psutil.Process(self.process.pid).children(recursive=True)

    def memory(self) -> float:
        """Return the resident memory of all its processes, in MB."""
        processes = [psutil.Process(self.process.pid), *self.workers()]
        return sum(process.memory_info().rss for process in processes) / 1e6

    def terminate(self) -> tuple[int, float]:
        """Send SIGTERM; return the exit status and the seconds until the exit."""
        start = time.monotonic()
        self.process.terminate()
        return self.process.wait(20), time.monotonic() - start


@contextmanager
def uvicorn(variables: Mapping[str, str]) -> Iterator[Server]:
    """Run uvicorn, as `make run` does, until the block ends."""
    port = free_port()
    with _running((*UVICORN, "--port", str(port)), port, variables) as server:
        _wait_until_ready(server)
        yield server


@contextmanager
def container_server(
    variables: Mapping[str, str] | None = None, folder: Path = ROOT, *, ready: bool = True
) -> Iterator[Server]:
    """Run the image's entry point, with the Dockerfile's variables, until the block ends.

    Args:
        variables: Added to the environment.
        folder: The folder with the application.
        ready: Wait until the server accepts connections.
    """
    port = free_port()
    environment = {
        **dockerfile_variables(),
        "GRANIAN_LOG_CONFIG": str(ROOT / "deployment" / "granian-log.json"),
        "GRANIAN_HOST": "127.0.0.1",
        "GRANIAN_PORT": str(port),
        **(variables or {}),
    }
    with _running(ENTRYPOINT, port, environment, folder) as server:
        if ready:
            _wait_until_ready(server, int(environment["GRANIAN_WORKERS"]))
        yield server


@contextmanager
def _running(
    command: tuple[str, ...], port: int, variables: Mapping[str, str], folder: Path = ROOT
) -> Iterator[Server]:
    environment = {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "COVERAGE_PROCESS_CONFIG": "",  # Measuring coverage would slow the server down.
        **variables,
    }
    with (
        TemporaryFile() as log,
        start(
            command,
            environment,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        ) as process,
    ):
        yield Server(port, process, log)


def _wait_until_ready(server: Server, workers: int = 1) -> None:
    """Return when ``server`` accepts connections in all ``workers``; fail if it exits."""

    def is_ready() -> bool:
        assert server.process.poll() is None, server.output()
        # A worker of granian loses a SIGTERM that comes before its "Started" line.
        return is_listening(server.port) and server.output().count("Started") >= workers

    until(is_ready, seconds=30)


def until(condition: Callable[[], bool], seconds: float) -> None:
    """Return as soon as ``condition`` holds; fail if it doesn't within ``seconds``."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"not within {seconds} seconds"
        time.sleep(0.02)


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
