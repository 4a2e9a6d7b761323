"""Run the function in AWS's Runtime Interface Emulator: ``python -m deployment.emulator``.

The emulator is a program by AWS that implements Lambda's runtime interface and accepts
invocations over HTTP. It needs neither a container nor an AWS account. It handles one invocation
at a time; a second one at once crashes it.
"""

import argparse
import json
import os
import platform
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import IO
from zipfile import ZipFile

from app.api.schemas import EXAMPLES
from deployment.downloads import download_once, pip_download

REQUIREMENT = Path(__file__).parent.parent / "requirements" / "emulator.txt"
"""The package that contains the emulator, pinned by hash."""

INVOCATIONS = "/2015-03-31/functions/function/invocations"
"""The emulator's only path."""

RUNTIME = (sys.executable, "-m", "awslambdaric", "app.lambda_handler.handler")
"""The command that runs the function."""

_ARCHITECTURES = {"x86_64": "x86_64", "aarch64": "arm64"}


def binary(cache: Path = Path(sys.prefix)) -> Path:
    """Return the path of the emulator for this machine; download it the first time.

    Args:
        cache: The folder in which the download is kept.

    Raises:
        RuntimeError: The operating system is not Linux.
    """
    if platform.system() != "Linux":
        raise RuntimeError(
            "AWS's emulator runs on Linux only; use 'docker compose up', which has it on port 9000"
        )
    name = f"aws-lambda-rie-{_ARCHITECTURES[platform.machine()]}"
    version = REQUIREMENT.read_text(encoding="utf-8").partition("==")[2].split()[0]

    def download(folder: Path) -> None:
        pip_download(REQUIREMENT, folder)
        [wheel] = folder.glob("*.whl")
        with ZipFile(wheel) as archive:
            (folder / name).write_bytes(archive.read(f"samcli/local/rapid/{name}"))
        (folder / name).chmod(0o755)

    return download_once(cache / f"aws-sam-cli-{version}", download) / name


@contextmanager
def emulator(
    port: int | None = None,
    runtime: Sequence[str] = RUNTIME,
    environment: Mapping[str, str] | None = None,
    output: IO[str] | int | None = None,
) -> Iterator[str]:
    """Run the emulator until the block ends; yield the URL for invocations.

    Args:
        port: The port on 127.0.0.1; a free one if None.
        runtime: The command that runs the function.
        environment: Variables to add to the environment.
        output: The file for the logs of the emulator and the function; stderr if None.

    Raises:
        OSError: The port is taken.
        RuntimeError: The emulator did not start.
    """
    # If the port were taken, the process that has it would receive the invocations.
    port, runtime_api_port = _available_port(port or 0), _available_port(0)
    command = [
        str(binary()),
        *("--runtime-interface-emulator-address", f"127.0.0.1:{port}"),
        *("--runtime-api-address", f"127.0.0.1:{runtime_api_port}"),
        *runtime,
    ]
    variables = {"AWS_LAMBDA_FUNCTION_NAME": "classifier", "AWS_LAMBDA_FUNCTION_TIMEOUT": "10"}
    process = subprocess.Popen(
        command,
        env={**os.environ, **variables, **(environment or {})},
        stdin=subprocess.DEVNULL,
        stdout=output if output is not None else sys.stderr,
        stderr=subprocess.STDOUT,
    )
    try:
        wait_until_listening(port, process)
        yield f"http://127.0.0.1:{port}{INVOCATIONS}"
    finally:
        stop(process)


def wait_until_listening(
    port: int, process: "subprocess.Popen[bytes]", timeout: float = 30
) -> None:
    """Return when ``process`` listens on ``port`` of 127.0.0.1.

    Raises:
        RuntimeError: It ended, or does not listen after ``timeout`` seconds.
    """
    deadline = time.monotonic() + timeout
    while process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout).close()
        except ConnectionRefusedError:
            if time.monotonic() > deadline:
                raise RuntimeError(f"nothing listens on port {port}") from None
            time.sleep(0.01)
        else:
            return
    raise RuntimeError(f"the process ended with status {process.returncode}")


def stop(process: "subprocess.Popen[bytes]", timeout: float = 10) -> None:
    """Terminate ``process``; kill it if it still runs after ``timeout`` seconds."""
    # The emulator stops the function too. If it is killed, the function ends by itself, as it
    # cannot ask for its next invocation.
    process.terminate()
    try:
        process.wait(timeout)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the emulator until it is interrupted."""
    # docker-compose.yml has the emulator on the same port.
    parser = argparse.ArgumentParser(prog="python -m deployment.emulator")
    parser.add_argument("--port", type=int, default=9000)
    options = parser.parse_args(arguments)
    # SIGINT too: a shell starts background jobs with it ignored.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    event = json.dumps({"body": json.dumps(EXAMPLES["malignant"])})
    try:
        with emulator(options.port) as url:
            print("Lambda's emulator is ready. Invoke the function from another terminal:\n")
            print(f"curl -s {url} -d '{event}'\n\nCtrl-C stops it.", flush=True)
            signal.pause()
    except KeyboardInterrupt:
        print("stopped", flush=True)


def _available_port(port: int) -> int:
    """Return ``port``, or any free one if it is 0; raise `OSError` if it is taken."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", port))
        available: int = probe.getsockname()[1]
        return available


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    main()
