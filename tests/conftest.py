import os
import re
import socket
import subprocess
import sys
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import httpx
import hypothesis
import pytest

import model

ROOT = Path(__file__).parent.parent

# The same examples in every CI run; new ones each time on a developer's machine.
hypothesis.settings.register_profile("ci", derandomize=True, deadline=None)
hypothesis.settings.register_profile("laptop", deadline=None)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "laptop")


@pytest.fixture(scope="session")
def scorecard() -> model.Scorecard:
    return model.load()


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@contextmanager
def running(command: list[str], environment: dict[str, str] | None = None) -> Iterator[str]:
    """Run ``command``, which starts uvicorn, until the block ends; yield its address."""
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, **(environment or {})},
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    lines = iter(process.stderr.readline, "")
    # Reads on: with nobody to take its log lines, the server would wait for ever.
    reader = Thread(target=deque, args=(lines, 0))
    try:
        found = (re.search(r"running on (http://[\d.:]+)", line) for line in lines)
        address = next(match[1] for match in found if match)
        reader.start()
        yield address
    finally:
        process.terminate()
        process.wait(timeout=30)
        reader.join()
        process.stderr.close()


@pytest.fixture
def port() -> int:
    """A port of 127.0.0.1 on which nothing listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        number: int = free.getsockname()[1]
        return number


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    """The address of a real uvicorn that serves ``app.main:app``."""
    uvicorn = [sys.executable, "-m", "uvicorn", "app.main:app", "--port", "0", "--no-access-log"]
    with running(uvicorn) as url:
        yield url


@pytest.fixture(scope="session")
def client(address: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=address) as connected:
        yield connected
