"""What the service bears: ``python -m benchmarks.reliability``.

A million requests to one worker, more connections than it can serve, SIGTERM under load, and
`kill -9` of one of two workers. Ends with status 1 if the service broke a promise.
"""

import argparse
import asyncio
import os
import signal
import time
from collections.abc import Awaitable, Callable, Sequence
from itertools import repeat
from pathlib import Path
from statistics import linear_regression
from typing import Any

from tqdm import tqdm

from benchmarks.kinds import ASKING, GOOD, mixture
from benchmarks.load import Load, client
from benchmarks.report import write
from benchmarks.serving import ROOT, Service, processor_seconds, resident_bytes, serving

CLIENTS = 16
_SAMPLES = 100
_POLL = 0.02  # seconds


def endure(requests: int) -> dict[str, Any]:
    """Send good, bad and oversized requests to one worker, and watch its memory."""
    load = Load(mixture(requests))
    memory: list[tuple[int, int]] = []
    with serving() as service:
        pid = service.process.pid

        async def watch() -> None:
            with tqdm(total=requests, desc="requests to one worker", mininterval=2) as bar:
                while not load.over:
                    bar.update(load.answered - bar.n)
                    # A short run may be past the next sample at every look.
                    if load.answered >= len(memory) * requests / _SAMPLES:  # pragma: no branch
                        memory.append((load.answered, resident_bytes(pid)))
                    await asyncio.sleep(_POLL)

        began, own, its = time.perf_counter(), time.process_time(), processor_seconds(pid)
        asyncio.run(_under_load(load, service, CLIENTS, watch))
        seconds = time.perf_counter() - began
        memory.append((load.answered, resident_bytes(pid)))
        return {
            **_told(load),
            "seconds": seconds,
            "processor": {
                "worker": (processor_seconds(pid) - its) / seconds,
                "generator": (time.process_time() - own) / seconds,
            },
            "memory": memory,
            "slope": slope(memory),
        }


def slope(memory: Sequence[tuple[int, int]]) -> float:
    """Return the growth of the memory in bytes per 1,000 requests.

    The first fifth is left out: that is where the worker meets each kind of request for the
    first time, and the allocator finds its size.
    """
    settled = memory[len(memory) // 5 :]
    per_request: float = linear_regression(*zip(*settled, strict=True)).slope
    return per_request * 1000


def overload(connections: int, requests: int) -> dict[str, Any]:
    """Ask over four times as many connections as the worker takes at once."""
    load = Load(iter([GOOD[0]] * requests))
    with serving(CONNECTIONS=connections) as service:
        asyncio.run(_under_load(load, service, 4 * connections))
    return {**_told(load), "connections": connections}


def stop(times: int, requests: int) -> dict[str, Any]:
    """Send SIGTERM ``times`` times to a worker that has answered so many requests."""
    load = Load(repeat(ASKING))
    seconds = []
    for _ in range(times):
        load.over, enough = False, load.answered + requests
        with serving() as service:

            async def terminate(service: Service = service, enough: int = enough) -> None:
                await _until(lambda: load.answered >= enough)
                seconds.append(await asyncio.to_thread(service.stop))

            asyncio.run(_under_load(load, service, CLIENTS, terminate))
    return {**_told(load), "accepted": load.accepted, "seconds": max(seconds), "times": times}


def kill(requests: int) -> dict[str, Any]:
    """Kill one of two workers under load, and go on until there are two again."""
    load = Load(repeat(GOOD[0]))
    found: dict[str, Any] = {}
    with serving(WORKERS=2) as service:
        asyncio.run(_until(lambda: len(service.workers()) == 2))

        async def kill_one() -> None:
            await _until(lambda: load.answered >= requests)
            # The busier one: two workers share the connections as it happens.
            victim = max(service.workers(), key=processor_seconds)
            os.kill(victim, signal.SIGKILL)
            killed = time.perf_counter()
            await _until(lambda: len(set(service.workers()) - {victim}) == 2)
            found["replaced_after"] = time.perf_counter() - killed
            enough = load.answered + requests
            await _until(lambda: load.answered >= enough)

        asyncio.run(_under_load(load, service, CLIENTS, kill_one))
    return {**_told(load), **found, "clients": CLIENTS, "longest_gap": load.longest_gap}


async def _under_load(
    load: Load, service: Service, clients: int, during: Callable[[], Awaitable[None]] | None = None
) -> None:
    """Run the clients until nothing more is to be sent, or ``during`` has come to its end."""
    running = [asyncio.create_task(client(load, service.port)) for _ in range(clients)]
    if during:
        await during()
        load.over = True
    await asyncio.gather(*running)


async def _until(reached: Callable[[], bool]) -> None:
    while not reached():  # noqa: ASYNC110 - what it waits for happens in another process
        await asyncio.sleep(_POLL)


def _told(load: Load) -> dict[str, Any]:
    return {
        "answers": {f"{kind} {status}": n for (kind, status), n in sorted(load.answers.items())},
        "wrong": load.wrong.total(),
        "lost": load.lost,
    }


def broken(results: dict[str, dict[str, Any]]) -> list[str]:
    """Return the promises that the service broke, in words."""
    promises = {
        "an answer was not the right one": any(each["wrong"] for each in results.values()),
        "a request got no answer": results["endured"]["lost"] or results["overloaded"]["lost"],
        "an accepted request was lost": results["stopped"]["accepted"]
        != sum(results["stopped"]["answers"].values()),
        "more requests were lost than the killed worker had": results["killed"]["lost"]
        > results["killed"]["clients"],
    }
    return [promise for promise, is_broken in promises.items() if is_broken]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.reliability")
    parser.add_argument("--requests", type=int, default=1_000_000, help="to one worker")
    parser.add_argument("--connections", type=int, default=64, help="that it takes at once")
    parser.add_argument("--stops", type=int, default=20, help="by SIGTERM")
    parser.add_argument("--output", type=Path, default=ROOT / "benchmarks")
    options = parser.parse_args(arguments)
    some = max(options.requests // 100, 100)
    results = {
        "endured": endure(options.requests),
        "overloaded": overload(options.connections, max(some, 80 * options.connections)),
        "stopped": stop(options.stops, some // 10),
        "killed": kill(some),
    }
    print(write(options.output, "reliability", results))
    for promise in broken(results):
        print(f"broken: {promise}")
    return bool(broken(results))


if __name__ == "__main__":
    raise SystemExit(main())
