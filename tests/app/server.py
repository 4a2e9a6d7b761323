"""A real uvicorn whose output can be examined."""

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.processes import start

START_TIMEOUT = 60  # seconds


@contextmanager
def uvicorn(log: Path, *arguments: str, **variables: str) -> Iterator[str]:
    """Run uvicorn, with its output in ``log``, until the block ends; yield its address."""
    options = ["--http", "h11", "--no-access-log", "--port", "0", *arguments]
    command = [sys.executable, "-m", "uvicorn", *options]
    with (
        log.open("wb") as output,
        start(command, variables, stdout=output, stderr=subprocess.STDOUT) as process,
    ):
        end = time.monotonic() + START_TIMEOUT
        while not (found := re.search(r"running on (http://[\d.:]+)", log.read_text())):
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < end, log.read_text()
            time.sleep(0.05)
        yield found[1]
        process.terminate()
        process.wait(timeout=30)
