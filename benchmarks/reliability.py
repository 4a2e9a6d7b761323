"""Endurance, overload, shutdown and a killed worker, behind the container's server."""

import asyncio
import os
import signal
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from itertools import repeat
from statistics import linear_regression
from typing import Any

from benchmarks.load import Load
from benchmarks.processes import processor_seconds
from benchmarks.raw_requests import BODY_LIMIT, EXPECT_CONTINUE, VALID, mixed
from benchmarks.requests import prediction_requests
from benchmarks.rounds import Progress, RunSize
from benchmarks.servers import RunningServer, Server, granian, running

CLIENTS = 16
OVERLOAD_CLIENTS = 256
_BACKPRESSURE = 64
_MEMORY_READINGS = 100
_POLL_INTERVAL = 0.02  # seconds


def run(size: RunSize, progress: Progress) -> dict[str, Any]:
    """Run all four tests."""
    few = max(size.requests // 100, 100)
    results = {
        "endurance": endurance(size.requests, lambda done: progress(0.9 * done)),
        "overload": overload(few),
        "shutdown": shutdown(size.shutdowns, few // 10),
        "killed_worker": killed_worker(few),
    }
    progress(1)
    return {**results, "violations": violations(results)}


def endurance(requests: int, progress: Progress) -> dict[str, Any]:
    """Send valid, invalid and oversized requests to one worker and observe its memory."""
    load = Load(mixed(requests))
    memory: list[tuple[int, int]] = []
    with running(_server("--workers", "1")) as server:

        async def observe() -> None:
            while not load.finished:
                if load.answered >= len(memory) * requests / _MEMORY_READINGS:
                    memory.append((load.answered, server.resident_bytes()))
                progress(load.answered / requests)
                await asyncio.sleep(_POLL_INTERVAL)

        start, own, its = time.perf_counter(), time.process_time(), _processor(server)
        asyncio.run(_send(load, server, CLIENTS, observe))
        seconds = time.perf_counter() - start
        memory.append((load.answered, server.resident_bytes()))
        return {
            **_outcome(load),
            "seconds": seconds,
            "server_processor": (_processor(server) - its) / seconds,
            "client_processor": (time.process_time() - own) / seconds,
            "memory": memory,
            "memory_growth": memory_growth(memory),
        }


def memory_growth(memory: Sequence[tuple[int, int]]) -> float:
    """Return the growth of the memory, in bytes per 1,000 requests.

    The first fifth is left out: the worker sees each kind of request for the first time.
    """
    settled = memory[len(memory) // 5 :]
    slope: float = linear_regression(*zip(*settled, strict=True)).slope
    return slope * 1000


def overload(requests: int) -> dict[str, Any]:
    """Send requests over four times as many connections as the worker handles at once."""
    load = Load(iter([VALID[0]] * max(requests, 20 * OVERLOAD_CLIENTS)))
    with running(_server("--backpressure", str(_BACKPRESSURE))) as server:
        asyncio.run(_send(load, server, OVERLOAD_CLIENTS))
    return {**_outcome(load), "clients": OVERLOAD_CLIENTS, "backpressure": _BACKPRESSURE}


def shutdown(times: int, requests: int) -> dict[str, Any]:
    """Send SIGTERM under load, each time after this number of responses."""
    load = Load(repeat(EXPECT_CONTINUE))
    seconds = []
    for _ in range(times):
        load.finished, target = False, load.answered + requests
        with running(_server()) as server:

            async def stop(server: RunningServer = server, target: int = target) -> None:
                await _until(lambda: load.answered >= target)
                seconds.append(await asyncio.to_thread(server.stop))

            asyncio.run(_send(load, server, CLIENTS, stop))
    return {
        **_outcome(load),
        "accepted": load.accepted,
        "times": times,
        "max_seconds": max(seconds),
    }


def killed_worker(requests: int) -> dict[str, Any]:
    """Kill one of two workers under load, and continue until it is replaced."""
    load = Load(repeat(VALID[0]))
    found: dict[str, Any] = {}
    # granian 2.8 waits without end for a worker that gets SIGTERM while it starts.
    options = ("--workers", "2", "--respawn-failed-workers", "--workers-kill-timeout", "2")
    with running(_server(*options)) as server:

        async def kill() -> None:
            await _until(lambda: load.answered >= requests)
            # The busier one: two workers may share the connections unequally.
            victim = max(server.processes()[1:], key=processor_seconds)
            workers = set(server.processes())
            os.kill(victim, signal.SIGKILL)
            start = time.perf_counter()
            await _until(lambda: bool(set(server.processes()) - workers))
            found["replaced_after"] = time.perf_counter() - start
            target = load.answered + requests
            await _until(lambda: load.answered >= target)

        asyncio.run(_send(load, server, CLIENTS, kill))
    return {**_outcome(load), **found, "clients": CLIENTS, "longest_gap": load.longest_gap}


def violations(results: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Return the violated guarantees, in words."""
    shutdown, killed = results["shutdown"], results["killed_worker"]
    found = {
        "a response was wrong": any(result["wrong"] for result in results.values()),
        "a request got no response": results["endurance"]["lost"] + results["overload"]["lost"],
        "an accepted request was lost": shutdown["accepted"] > sum(shutdown["responses"].values()),
        # Per client: the request in progress, and one in the queue of the killed worker, which
        # Linux closes unless net.ipv4.tcp_migrate_req is 1.
        "a killed worker cost too many requests": killed["lost"] > 2 * killed["clients"],
    }
    return [violation for violation, is_violated in found.items() if is_violated]


def _server(*options: str) -> Server:
    return Server(
        "This service",
        "granian",
        granian("app.main:app", *options),
        prediction_requests("/predict"),
        {"BODY_LIMIT": str(BODY_LIMIT)},
    )


async def _send(
    load: Load,
    server: RunningServer,
    clients: int,
    during: Callable[[], Awaitable[None]] | None = None,
) -> None:
    """Run the clients until the requests end, or ``during`` returns."""
    running_clients = [asyncio.create_task(load.client(server.port)) for _ in range(clients)]
    if during:
        await during()
        load.finished = True
    await asyncio.gather(*running_clients)


async def _until(condition: Callable[[], bool]) -> None:
    while not condition():  # noqa: ASYNC110 - the condition depends on another process
        await asyncio.sleep(_POLL_INTERVAL)


def _processor(server: RunningServer) -> float:
    return sum(map(processor_seconds, server.processes()))


def _outcome(load: Load) -> dict[str, Any]:
    return {
        "responses": dict(sorted(load.responses.items())),
        "wrong": load.wrong,
        "lost": load.lost,
    }
