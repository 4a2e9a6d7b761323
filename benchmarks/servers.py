"""Server processes to measure, one alive at a time."""

import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from benchmarks.processes import ROOT, descendants, resident_bytes
from benchmarks.requests import Request

GRANIAN, UVICORN = "granian", "uvicorn (h11)"
"""The two HTTP servers of this service."""

TIMEOUT = 120.0
"""Seconds within which a server must respond, and exit after its stop signal."""

_POLL_INTERVAL = 0.02  # seconds


class WrongResponse(Exception):
    """A server responds incorrectly, so its speed means nothing."""


@dataclass(frozen=True)
class Server:
    """A server to measure.

    In ``command`` and ``environment``, ``{port}`` stands for the port.

    Attributes:
        name: Name in tables.
        behind: The HTTP server that runs it, such as ``granian``.
        command: Command line.
        requests: Requests to check; the first one is also the load.
        environment: Additional environment variables.
        folder: Working directory.
        stop_signal: Signal that stops the server cleanly.
        rows: Observations per request.
    """

    name: str
    behind: str
    command: Sequence[str]
    requests: Sequence[Request]
    environment: Mapping[str, str] = field(default_factory=dict)
    folder: Path = ROOT
    stop_signal: signal.Signals = signal.SIGTERM
    rows: int = 1


def granian(
    name: str,
    app: str,
    requests: Sequence[Request],
    rows: int = 1,
    environment: Mapping[str, str] | None = None,
) -> Server:
    """Return a server that runs ``app`` with the container's settings, and with those given."""
    settings = {
        **_container_settings(),
        "GRANIAN_HOST": "127.0.0.1",
        "GRANIAN_PORT": "{port}",
        "GRANIAN_LOG_CONFIG": str(ROOT / "deployment" / "granian-log.json"),
        **(environment or {}),
    }
    command = (sys.executable, "-m", "granian", "--interface", "asginl", app)
    return Server(name, GRANIAN, command, requests, settings, rows=rows)


def uvicorn(name: str, app: str, requests: Sequence[Request]) -> Server:
    """Return a server that runs ``app`` as `make run` does."""
    command = (
        *(sys.executable, "-m", "uvicorn", app, "--port", "{port}", "--http", "h11"),
        *("--ws", "none", "--no-access-log", "--no-server-header", "--no-proxy-headers"),
    )
    return Server(name, UVICORN, command, requests)


def _container_settings() -> dict[str, str]:
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    return dict(re.findall(r"^(?:ENV| {3}) (GRANIAN_\w+)=(\S+)", text, re.MULTILINE))


@dataclass(frozen=True)
class RunningServer:
    """A server that responds.

    Attributes:
        server: The server's definition.
        port: Port on 127.0.0.1.
        process: The started process; it may have workers as children.
        ready_s: Seconds from the start to the first response.
    """

    server: Server
    port: int
    process: "subprocess.Popen[bytes]"
    ready_s: float

    @property
    def url(self) -> str:
        """URL of the request that is the load."""
        return f"http://127.0.0.1:{self.port}{self.server.requests[0].path}"

    def check(self) -> None:
        """Send all requests of the server.

        Raises:
            WrongResponse: A response is incorrect.
        """
        with _client(self.port) as client:
            for request in self.server.requests:
                response = client.post(request.path, content=request.body)
                if not _is_correct(request, response):
                    raise WrongResponse(f"{self.server.name} returns a wrong response")

    def processes(self) -> list[int]:
        """Return the process ids of the server and its workers."""
        return [self.process.pid, *descendants(self.process.pid)]

    def resident_bytes(self) -> int:
        """Return the resident memory of all processes together."""
        return sum(map(resident_bytes, self.processes()))

    def stop(self) -> float:
        """Send the stop signal; return the seconds until the server exits.

        Raises:
            RuntimeError: The exit status is not 0.
        """
        start = time.perf_counter()
        self.process.send_signal(self.server.stop_signal)
        if self.process.wait(timeout=TIMEOUT) != 0:
            raise RuntimeError(f"{self.server.name} exited with {self.process.returncode}")
        return time.perf_counter() - start


@contextmanager
def running(server: Server) -> Iterator[RunningServer]:
    """Run ``server`` in a process group of its own until the block ends.

    Raises:
        RuntimeError: It exited before it responded.
        TimeoutError: It did not respond in time.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    variables = {
        name: text.replace("{port}", str(port)) for name, text in server.environment.items()
    }
    start = time.perf_counter()
    process = subprocess.Popen(
        [part.replace("{port}", str(port)) for part in server.command],
        cwd=server.folder,
        env={**os.environ, **variables},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        _wait_until_ready(server, port, process)
        yield RunningServer(server, port, process, time.perf_counter() - start)
    finally:
        try:
            process.send_signal(server.stop_signal)
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=TIMEOUT)
        finally:
            # Some servers leave processes behind, which would disturb the next measurement.
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _wait_until_ready(server: Server, port: int, process: "subprocess.Popen[bytes]") -> None:
    request = server.requests[0]
    deadline = time.monotonic() + TIMEOUT
    with _client(port) as client:
        while time.monotonic() < deadline:
            if process.poll() is not None:
                raise RuntimeError(f"{server.name} exited with {process.returncode}")
            # Some servers listen, and return an error, before the model is loaded.
            with suppress(httpx.TransportError):
                if client.post(request.path, content=request.body).is_success:
                    return
            time.sleep(_POLL_INTERVAL)
    raise TimeoutError(f"{server.name} did not respond within {TIMEOUT:.0f} s")


def _client(port: int) -> httpx.Client:
    return httpx.Client(
        base_url=f"http://127.0.0.1:{port}",
        headers={"Content-Type": "application/json"},
        trust_env=False,
        timeout=TIMEOUT,
        # Without certificates, whose loading takes processor time from the starting server.
        verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
    )


def _is_correct(request: Request, response: httpx.Response) -> bool:
    try:
        return response.is_success and request.is_correct(response.json())
    except (KeyError, IndexError, TypeError, ValueError):  # The response has another structure.
        return False
