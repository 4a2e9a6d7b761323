"""Load from wrk, Debian's HTTP benchmarking tool: one thread, 16 connections."""

import json
from pathlib import Path
from tempfile import NamedTemporaryFile

from benchmarks.processes import output

_SCRIPT = Path(__file__).with_name("wrk.lua")

# Seconds. wrk's default of 2 would count a queued response to a large batch as an error.
_TIMEOUT = 60


class WrkMissing(Exception):
    """wrk is not installed."""


def wrk(url: str, body: bytes, seconds: int) -> dict[str, float]:
    """POST the JSON ``body`` to ``url`` for this number of seconds.

    Returns:
        ``requests_per_s``, the latencies ``p50_ms`` and ``p99_ms``, and ``errors``: the number of
        responses other than 2xx and 3xx, broken connections and timeouts.

    Raises:
        WrkMissing: wrk is not installed.
        RuntimeError: wrk failed; the message has its output.
    """
    options = ["-t1", "-c16", f"-d{seconds}s", f"--timeout={_TIMEOUT}s", "--latency"]
    header = ["-H", "Content-Type: application/json"]
    with NamedTemporaryFile() as file:
        file.write(body)
        file.flush()
        command = ["wrk", *options, *header, "-s", str(_SCRIPT), url, "--", file.name]
        try:
            lines = output(command).splitlines()
        except FileNotFoundError:
            raise WrkMissing("the load needs wrk; install it with: apt-get install wrk") from None
    results: dict[str, float] = json.loads(lines[-1])
    return results
