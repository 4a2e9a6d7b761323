import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import hypothesis
import pytest

import model
from tests.processes import accept_interrupts, drain, kill_descendants_at_exit, start

ROOT = Path(__file__).parent.parent

os.environ.setdefault("HYPOTHESIS_STORAGE_DIRECTORY", str(ROOT / ".cache" / "hypothesis"))
# The same examples in every CI run; new ones each time on a developer's machine.
hypothesis.settings.register_profile("ci", derandomize=True, deadline=None)
hypothesis.settings.register_profile("laptop", deadline=None)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "laptop")


def pytest_configure(config: pytest.Config) -> None:
    """Make the processes that tests start end with this run, however it ends."""
    accept_interrupts()
    if not hasattr(config, "workerinput"):  # xdist's workers are processes of this run too.
        reaper = kill_descendants_at_exit()
        config.add_cleanup(lambda: reaper.communicate() and None)


@pytest.fixture(scope="session")
def scorecard() -> model.Scorecard:
    return model.load()


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@contextmanager
def running(command: list[str], environment: dict[str, str] | None = None) -> Iterator[str]:
    """Run ``command``, which starts uvicorn, until the block ends; yield its address."""
    with start(command, environment, stderr=subprocess.PIPE) as process:
        assert process.stderr is not None
        log = ""
        while not (found := re.search(r"running on (http://[\d.:]+)", log)):
            line = process.stderr.readline()
            assert line, f"{command} ended: {log}"
            log += line
        drain(process)
        yield found[1]
        process.terminate()
        process.wait(timeout=30)


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
