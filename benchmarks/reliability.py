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
from benchmarks.servers import TIMEOUT, RunningServer, Server, granian, running

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
    with running(_server()) as server:

        async def observe() -> None:
            while not load.finished:
                memory.append((load.answered, server.resident_bytes()))
                progress(load.answered / requests)
                await _until(
                    lambda: (
                        load.finished or load.answered >= len(memory) * requests / _MEMORY_READINGS
                    )
                )

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
    load = Load(iter([VALID[0]] * max(requests, 4 * OVERLOAD_CLIENTS)))
    with running(_server(GRANIAN_BACKPRESSURE=str(_BACKPRESSURE))) as server:
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
    """Kill one of two workers under load; start the server again after it has exited.

    In the container, the death of a worker ends the server and the engine restarts it.
    """
    load = Load(repeat(VALID[0]))
    found: dict[str, Any] = {}
    with running(_server(GRANIAN_WORKERS="2")) as server:

        async def kill() -> None:
            await _until(lambda: load.answered >= requests)
            # The busier one: two workers may share the connections unequally.
            os.kill(max(server.processes()[1:], key=processor_seconds), signal.SIGKILL)
            start = time.perf_counter()
            found["exit_status"] = await asyncio.to_thread(server.process.wait, TIMEOUT)
            found["exit_s"] = time.perf_counter() - start

        asyncio.run(_send(load, server, CLIENTS, kill))
    with running(_server()) as server:
        server.check()
    return {**_outcome(load), **found, "clients": CLIENTS, "ready_s": server.ready_s}


def violations(results: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Return the violated guarantees, in words."""
    shutdown, killed = results["shutdown"], results["killed_worker"]
    found = {
        "a response was wrong": any(result["wrong"] for result in results.values()),
        "a request got no response": results["endurance"]["lost"] + results["overload"]["lost"],
        "an accepted request was lost": shutdown["accepted"] > sum(shutdown["responses"].values()),
        "the server outlived a worker": killed["exit_status"] != 1,
    }
    return [violation for violation, is_violated in found.items() if is_violated]


def _server(**settings: str) -> Server:
    requests = prediction_requests("/predict")
    settings = {"BODY_LIMIT": str(BODY_LIMIT), **settings}
    return granian("This service", "app.main:app", requests, environment=settings)


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
