"""AWS's own Runtime Interface Emulator, around our handler and AWS's own runtime client.

``python -m deployment.emulator`` runs it for a person. The emulator is a program of
AWS's that speaks Lambda's runtime interface to a function and takes its invocations over
HTTP. It needs no container and no AWS account. It takes one request at a time: two at
once end it.
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
from tempfile import TemporaryDirectory
from types import FrameType
from typing import IO
from zipfile import ZipFile

from app.observation import EXAMPLES

REQUIREMENT = Path(__file__).parent.parent / "requirements" / "emulator.txt"
"""The package that carries the emulator, pinned by hash."""

INVOCATIONS = "/2015-03-31/functions/function/invocations"
"""The only path that the emulator answers."""

RUNTIME = (sys.executable, "-m", "app")
"""The command that becomes the function's runtime; the emulator tells it where to ask."""

_ARCHITECTURES = {"x86_64": "x86_64", "aarch64": "arm64"}


def binary(cache: Path = Path(sys.prefix)) -> Path:
    """Return the emulator's program for this machine, fetched the first time.

    It is kept in ``cache``, so that a second time needs no network.

    Raises:
        RuntimeError: This machine doesn't run Linux, and so not the program.
    """
    if platform.system() != "Linux":
        raise RuntimeError(
            "AWS's emulator is a program for Linux; 'docker compose up' has it, on port 9000"
        )
    name = f"aws-lambda-rie-{_ARCHITECTURES[platform.machine()]}"
    kept = cache / f"aws-sam-cli-{_pinned_version()}"
    if not kept.exists():
        with TemporaryDirectory(dir=cache) as folder:
            fetched = Path(folder, "fetched")
            _download(fetched, name)
            fetched.rename(kept)
    return kept / name


@contextmanager
def emulator(
    port: int | None = None,
    runtime: Sequence[str] = RUNTIME,
    environment: Mapping[str, str] | None = None,
    output: IO[str] | int | None = None,
) -> Iterator[str]:
    """Run the emulator until the block ends; yield the URL that takes invocations.

    Args:
        port: Where it listens on 127.0.0.1; any free port if None.
        runtime: The command that becomes the function's runtime.
        environment: What the function finds in its environment besides our own.
        output: Where the function's and the emulator's logs go; stderr if None.

    Raises:
        OSError: The port is taken.
        RuntimeError: The emulator ended at once.
    """
    # Another emulator on that port would answer in this one's place.
    invocations, runtime_api = _bound_once(port or 0), _bound_once(0)
    command = [
        str(binary()),
        *("--runtime-interface-emulator-address", f"127.0.0.1:{invocations}"),
        *("--runtime-api-address", f"127.0.0.1:{runtime_api}"),
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
        wait_until_listening(invocations, process)
        yield f"http://127.0.0.1:{invocations}{INVOCATIONS}"
    finally:
        # The emulator ends its runtime with itself.
        process.terminate()
        process.wait()


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the emulator for a person, until it is interrupted."""
    # The default is the port on which docker-compose.yml has it, too.
    parser = argparse.ArgumentParser(prog="python -m deployment.emulator")
    parser.add_argument("--port", type=int, default=9000)
    options = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        with emulator(options.port) as url:
            print(_invitation(url), flush=True)
            signal.pause()
    except KeyboardInterrupt:
        print("stopped", flush=True)


def _invitation(url: str) -> str:
    event = json.dumps({"body": json.dumps(EXAMPLES["malignant"])})
    return f"""Lambda's emulator is ready. Invoke the function from another terminal:

curl -s {url} -d '{event}'

Ctrl-C stops it."""


def _download(folder: Path, name: str) -> None:
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    pip += ["--no-deps", "--require-hashes", "--requirement", str(REQUIREMENT)]
    subprocess.run([*pip, "--dest", str(folder)], check=True)
    [wheel] = folder.glob("*.whl")
    with ZipFile(wheel) as archive:
        (folder / name).write_bytes(archive.read(f"samcli/local/rapid/{name}"))
    (folder / name).chmod(0o755)


def _pinned_version() -> str:
    return REQUIREMENT.read_text(encoding="utf-8").partition("==")[2].split()[0]


def _bound_once(port: int) -> int:
    """Return ``port``, or any if it is 0, after seeing that it is free."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", port))
        bound: int = probe.getsockname()[1]
        return bound


def wait_until_listening(port: int, process: "subprocess.Popen[bytes]") -> None:
    """Return when something listens on ``port``; raise `RuntimeError` if ``process`` ends."""
    while process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            time.sleep(0.01)
        else:
            return
    raise RuntimeError(f"it ended at once, with status {process.returncode}")


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    main()
