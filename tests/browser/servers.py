"""The service as browsers reach it: local uvicorn, and Lambda's emulator."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from deployment.emulator import emulator
from tests.browser.function_url_server import serve_function_url
from tests.conftest import running


@contextmanager
def serve_uvicorn(
    settings: Mapping[str, str] | None = None,
    *,
    port: int = 0,
    application: str = "app.main:app",
) -> Iterator[str]:
    """Run uvicorn until the block ends; yield the address."""
    command = [sys.executable, "-m", "uvicorn", application, "--http", "h11", "--no-access-log"]
    with running([*command, "--port", str(port)], dict(settings or {})) as address:
        yield address


@contextmanager
def serve_lambda(log: Path) -> Iterator[str]:
    """Run the Lambda emulator behind a Function URL until the block ends; yield the address."""
    with (
        log.open("w") as output,
        emulator(output=output) as invocations,
        serve_function_url(invocations) as address,
    ):
        yield address
