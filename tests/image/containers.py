"""Containers on a real engine, confined as the image promises to endure."""

import json
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.servers.processes import free_port, is_listening

SERVICE, EMULATOR = "classifier", "classifier-emulator"

# The network is the host's because CI's engine has no other; all listen on its loopback alone.
CONFINED = (
    *("--read-only", "--tmpfs", "/tmp"),  # noqa: S108 (the container's own)
    *("--cap-drop", "ALL", "--security-opt", "no-new-privileges"),
    *("--network", "host"),
)
SERVICE_MEMORY, FUNCTION_MEMORY = "256m", "128m"
LAMBDA_USER = "993:990"


def run(*command: str) -> str:
    """Return the output of ``command``; fail with its errors if it fails."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}{done.stderr}"
    return done.stdout.strip()


def docker(*arguments: str) -> str:
    return run("docker", *arguments)


def build(folder: Path, tag: str, *options: str) -> None:
    docker("build", "--network", "host", "--tag", tag, *options, str(folder))


class Container:
    """A started container."""

    def __init__(self, name: str, port: int) -> None:
        self.name = name
        self.port = port

    @property
    def state(self) -> dict[str, Any]:
        state: dict[str, Any] = json.loads(docker("inspect", "-f", "{{json .State}}", self.name))
        return state

    def logs(self) -> str:
        done = subprocess.run(
            ["docker", "logs", self.name], capture_output=True, text=True, check=True
        )
        return done.stdout + done.stderr

    def terminate(self, meanwhile: Callable[[], None] = lambda: None) -> tuple[int, float]:
        """Send SIGTERM and call ``meanwhile``; return the exit status and the seconds it took."""
        start = time.monotonic()
        docker("kill", "--signal", "TERM", self.name)
        meanwhile()
        return self.wait(), time.monotonic() - start

    def wait(self) -> int:
        """Return the exit status once the container has exited."""
        return int(docker("wait", self.name))


@contextmanager
def container(
    image: str,
    port: int,
    options: Sequence[str] = (),
    command: Sequence[str] = (),
    user: str = LAMBDA_USER,
) -> Iterator[Container]:
    """Run ``image`` until the block ends."""
    name = docker("run", "--detach", *CONFINED, "--user", user, *options, image, *command)
    try:
        yield Container(name, port)
    finally:
        docker("rm", "--force", name)


def wait_until_listening(started: Container) -> None:
    """Return when ``started`` accepts connections; fail if it exits."""
    until(lambda: is_listening(started.port) or not started.state["Running"], seconds=20)
    assert started.state["Running"], started.logs()


@contextmanager
def served(
    image: str = SERVICE, user: str = LAMBDA_USER, memory: str = SERVICE_MEMORY
) -> Iterator[Container]:
    """Run ``image`` as an HTTP server."""
    port = free_port()
    options = ["--memory", memory]
    options += ["--env", "GRANIAN_HOST=127.0.0.1", "--env", f"GRANIAN_PORT={port}"]
    with container(image, port, options, user=user) as started:
        wait_until_listening(started)
        yield started


def emulator_command(port: int) -> list[str]:
    """Return the emulator's arguments to take invocations on ``port`` of 127.0.0.1 alone."""
    return [
        *("--runtime-interface-emulator-address", f"127.0.0.1:{port}"),
        *("--runtime-api-address", f"127.0.0.1:{free_port()}"),
        "/var/task/entrypoint.sh",
    ]


@contextmanager
def emulated() -> Iterator[Container]:
    """Run the image as a Lambda function, behind AWS's emulator."""
    port = free_port()
    options = ("--memory", FUNCTION_MEMORY)
    with container(EMULATOR, port, options, emulator_command(port)) as started:
        wait_until_listening(started)
        yield started


def until(condition: Callable[[], bool], seconds: float) -> None:
    """Return as soon as ``condition`` holds; fail if it doesn't within ``seconds``."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"not within {seconds} seconds"
        time.sleep(0.02)
