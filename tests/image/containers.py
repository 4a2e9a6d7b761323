"""Containers on a real engine, confined as the image promises to bear."""

import json
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

SERVICE, EMULATOR = "classifier", "classifier-emulator"

# 993:990 is whom Lambda runs a function as. The network is the host's as the engine that
# CI starts has no other; everything below listens on its loopback alone.
CONFINED = (
    *("--read-only", "--tmpfs", "/tmp"),  # noqa: S108 (the container's own)
    *("--cap-drop", "ALL", "--security-opt", "no-new-privileges"),
    *("--memory", "128m", "--network", "host"),
)
LAMBDAS_USER = "993:990"


def run(*command: str) -> str:
    """Return what ``command`` prints; fail with its errors if it fails."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}{done.stderr}"
    return done.stdout.strip()


def docker(*arguments: str) -> str:
    return run("docker", *arguments)


def build(folder: Path, tag: str, *options: str) -> None:
    """Build an image with the network of the host, as they are run."""
    docker("build", "--network", "host", "--tag", tag, *options, str(folder))


class Container:
    """A container that was started."""

    def __init__(self, name: str, port: int) -> None:
        self.name = name
        self.port = port

    @property
    def state(self) -> dict[str, Any]:
        state: dict[str, Any] = json.loads(docker("inspect", "-f", "{{json .State}}", self.name))
        return state

    def terminate(self, meanwhile: Callable[[], None] = lambda: None) -> tuple[int, float]:
        """Send SIGTERM; return the exit status and after how many seconds it came.

        ``meanwhile`` is called once the signal is sent.
        """
        start = time.monotonic()
        docker("kill", "--signal", "TERM", self.name)
        meanwhile()
        status = int(docker("wait", self.name))
        return status, time.monotonic() - start


@contextmanager
def container(
    image: str,
    port: int,
    options: Sequence[str] = (),
    command: Sequence[str] = (),
    user: str = LAMBDAS_USER,
) -> Iterator[Container]:
    """Run ``image`` until the block ends, once it listens on ``port`` of 127.0.0.1."""
    name = docker("run", "--detach", *CONFINED, "--user", user, *options, image, *command)
    try:
        started = Container(name, port)
        until(lambda: listens(port) or not started.state["Running"], seconds=20)
        assert started.state["Running"], docker("logs", name)
        yield started
    finally:
        docker("rm", "--force", name)


@contextmanager
def served(image: str = SERVICE, user: str = LAMBDAS_USER) -> Iterator[Container]:
    """Run ``image`` as an HTTP server."""
    port = free_port()
    environment = ("--env", "HOST=127.0.0.1", "--env", f"PORT={port}")
    with container(image, port, environment, user=user) as started:
        yield started


@contextmanager
def emulated() -> Iterator[Container]:
    """Run the image as a Lambda function, behind AWS's emulator."""
    port, runtime_api = free_port(), free_port()
    command = [
        *("--runtime-interface-emulator-address", f"127.0.0.1:{port}"),
        *("--runtime-api-address", f"127.0.0.1:{runtime_api}"),
        *("python", "-m", "app"),
    ]
    with container(EMULATOR, port, command=command) as started:
        yield started


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except ConnectionRefusedError:
        return False
    return True


def until(condition: Callable[[], bool], seconds: float) -> None:
    """Return as soon as ``condition`` holds; fail if it doesn't within ``seconds``."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"not within {seconds} seconds"
        time.sleep(0.02)
