"""Load by wrk, Debian's HTTP benchmarking tool: one thread, each connection asking in turn."""

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile

_SCRIPT = Path(__file__).with_name("wrk.lua")

# Seconds. wrk's own 2 would call an answer to a large batch late, where it waits behind others.
_PATIENCE = 60


class WrkMissing(Exception):
    """There is no wrk on this machine."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What came of asking for some seconds.

    Attributes:
        requests_per_s: Answers a second, whatever their status.
        p50_ms: The time that half of the answers took at most, in milliseconds.
        p99_ms: The time that 99 of 100 took at most.
        refused: How many answers had another status than 2xx or 3xx.
        broken: How many times a connection was not made, or broke.
        late: How many answers took more than a minute.
    """

    requests_per_s: float
    p50_ms: float
    p99_ms: float
    refused: int
    broken: int
    late: int

    @property
    def errors(self) -> int:
        """How much went wrong, in any way."""
        return self.refused + self.broken + self.late


def wrk(url: str, body: bytes, connections: int, seconds: int) -> Figures:
    """POST ``body``, JSON, to ``url`` for so many seconds over so many connections.

    Raises:
        WrkMissing: It isn't installed.
        RuntimeError: It could not begin; the message is its own.
    """
    options = ["-t1", f"-c{connections}", f"-d{seconds}s", f"--timeout={_PATIENCE}s", "--latency"]
    header = ["-H", "Content-Type: application/json"]
    with NamedTemporaryFile() as file:
        file.write(body)
        file.flush()
        command = ["wrk", *options, *header, "-s", str(_SCRIPT), url, "--", file.name]
        return parse(_run(command))


def _run(command: list[str]) -> str:
    try:
        run = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise WrkMissing("the load comes from wrk; install it with: apt-get install wrk") from None
    if run.returncode:
        raise RuntimeError(f"wrk ended with status {run.returncode}: {run.stdout}{run.stderr}")
    return run.stdout


def parse(output: str) -> Figures:
    """Return the figures in what wrk printed, of which our script wrote the last line."""
    told = json.loads(output.splitlines()[-1])
    return Figures(
        requests_per_s=told["requests"] / told["microseconds"] * 1e6,
        p50_ms=told["p50"] / 1000,
        p99_ms=told["p99"] / 1000,
        **{name: told[name] for name in ("refused", "broken", "late")},
    )
