"""Throughput beside FastAPI's hello-world, raw ASGI and the peers."""

import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import httpx

from benchmarks.csv_scoring import score_csv
from benchmarks.peers.peer import Peer, PeerUnavailable
from benchmarks.peers.roster import PEERS
from benchmarks.requests import Request, batch_request, prediction_requests
from benchmarks.rounds import Progress, RunSize, interleave
from benchmarks.servers import Server, WrongResponse, granian, running, uvicorn
from benchmarks.wrk import wrk

PREDICT, HELLO, RAW = "This service, /predict", "FastAPI hello-world", "Raw ASGI"
BATCH_ROWS = 10_000
BATCH = f"This service, /predict/batch of {BATCH_ROWS:,}"

_APP = "app.main:app"
_FAILURES = (PeerUnavailable, WrongResponse, RuntimeError, TimeoutError, httpx.TransportError)


def servers() -> list[Server]:
    """Return the servers of the throughput benchmark; this service has its request log on."""
    predictions, explanations = map(prediction_requests, ("/predict", "/explain"))
    greeting = {"message": "Hello World"}
    hello = [Request("/", predictions[0].body, lambda response: bool(response == greeting))]
    apps = (
        (PREDICT, _APP, predictions),
        (HELLO, "benchmarks.apps.hello:app", hello),
        (RAW, "benchmarks.apps.raw:app", hello),
    )
    return [
        *(serve(*app) for app in apps for serve in (granian, uvicorn)),
        granian("This service, /explain", _APP, explanations),
        granian(BATCH, _APP, [batch_request(BATCH_ROWS)], BATCH_ROWS),
    ]


def run(size: RunSize, progress: Progress) -> dict[str, Any]:
    """Measure the servers and CSV scoring in interleaved rounds."""
    measured = servers()
    measurements: dict[str, Callable[[], Any]] = {
        f"{server.name}, {server.behind}": partial(measure, server, size) for server in measured
    }
    measurements["csv"] = partial(score_csv, size.csv_rows)
    results = interleave(measurements, size.rounds, progress)
    scored = {"rows": size.csv_rows, "rows_per_s": results.pop("csv")}
    return {"servers": list(map(_entry, measured, results.values())), "csv": scored}


def run_peers(
    size: RunSize,
    progress: Progress,
    peers: Sequence[Peer] = PEERS,
    environments: Path = Path(sys.prefix, "peers"),
) -> dict[str, Any]:
    """Measure this service and its peers in interleaved rounds.

    A peer that cannot be installed, fails or responds incorrectly is reported as a failure.
    """
    failures: dict[str, str] = {}

    def attempt(name: str, action: Callable[[], Any]) -> Any:
        if name in failures:
            return None
        try:
            return action()
        except _FAILURES as error:
            failures[name] = str(error)

    predictions = prediction_requests("/predict")
    measured = [
        granian(PREDICT, _APP, predictions),
        uvicorn("FastAPI and scikit-learn", "benchmarks.apps.tutorial:app", predictions),
    ]
    measurements = {server.name: partial(measure, server, size) for server in measured}
    for peer in peers:
        name = peer.server.name
        if server := attempt(name, partial(peer.install, environments)):
            measured.append(server)
            measurements[name] = partial(attempt, name, partial(measure, server, size))
    results = interleave(measurements, size.rounds, progress)
    succeeded = [server for server in measured if server.name not in failures]
    return {
        "servers": [_entry(server, results[server.name]) for server in succeeded],
        "peers": {peer.server.name: peer.version for peer in peers},
        "failures": failures,
    }


def measure(server: Server, size: RunSize) -> dict[str, float]:
    """Start ``server``, warm it up and measure it; check its responses before and after."""
    body = server.requests[0].body
    with running(server) as process:
        wrk(process.url, body, size.warm_up)
        process.check()
        # Longer for batches: wrk counts complete responses only, and 16 batches are in progress.
        load = wrk(process.url, body, size.seconds * (3 if server.rows > 1 else 1))
        process.check()
        memory = process.resident_bytes() / 1e6
        return {**load, "resident_mb": memory, "ready_s": process.ready_s}


def _entry(server: Server, rounds: Sequence[dict[str, float]]) -> dict[str, Any]:
    return {"name": server.name, "behind": server.behind, "rows": server.rows, "rounds": rounds}
