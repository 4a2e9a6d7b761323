import asyncio
from asyncio import StreamReader, StreamWriter
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from itertools import repeat
from typing import Any

import pytest

from benchmarks import load
from benchmarks.load import Load
from benchmarks.raw_requests import EXPECT_CONTINUE, INVALID, OVERSIZED, VALID, RawRequest, mixed
from benchmarks.reliability import memory_growth, run, violations
from benchmarks.rounds import QUICK

Handler = Callable[[StreamReader, StreamWriter], Awaitable[None]]

BODY = b'{"reason":"OK","prediction":1,"status":"200"}'


@pytest.fixture(scope="module")
def results() -> dict[str, Any]:
    """The results of a small run against the service."""
    done: list[float] = []
    found = run(QUICK, done.append)
    assert done[-1] == 1
    return found


@pytest.mark.usefixtures("_untraced")
def test_the_service_violates_no_guarantee(results: dict[str, Any]) -> None:
    assert results["violations"] == []


@pytest.mark.usefixtures("_untraced")
def test_every_category_of_request_gets_its_response(results: dict[str, Any]) -> None:
    responses = results["endurance"]["responses"]
    assert sum(responses.values()) == QUICK.requests
    statuses = {f"invalid {status}" for status in (400, 404, 405, 415)}
    assert set(responses) == {"valid 200", "oversized 413", *statuses}
    assert all(held > 20e6 for _, held in results["endurance"]["memory"])
    assert set(results["overload"]["responses"]) == {"valid 200"}


@pytest.mark.usefixtures("_untraced")
def test_accepted_requests_are_completed_before_the_shutdown(results: dict[str, Any]) -> None:
    shutdown = results["shutdown"]
    assert shutdown["responses"]["valid 200"] == shutdown["accepted"] >= 10


@pytest.mark.usefixtures("_untraced")
def test_requests_continue_after_a_worker_is_killed(results: dict[str, Any]) -> None:
    assert results["killed_worker"]["responses"]["valid 200"] >= 200
    assert results["killed_worker"]["lost"] > 0


def test_every_violation_is_reported() -> None:
    fine = {"responses": {"valid 200": 5}, "wrong": 0, "lost": 0, "accepted": 5, "clients": 2}
    tests = ("endurance", "overload", "shutdown", "killed_worker")
    assert violations(dict.fromkeys(tests, fine)) == []
    changes: Sequence[tuple[str, str]] = (
        ("endurance", "wrong"),
        ("overload", "lost"),
        ("shutdown", "accepted"),
        ("killed_worker", "lost"),
    )
    for test, name in changes:
        assert len(violations({**dict.fromkeys(tests, fine), test: {**fine, name: 6}})) == 1


def test_memory_growth_leaves_out_the_first_fifth() -> None:
    steady = [(count, 5000 + count) for count in range(2000, 10_000, 1000)]
    assert memory_growth([(0, 0), (1000, 5000), *steady]) == 1000
    assert memory_growth([(count, 50_000_000) for count in range(10)]) == 0


def test_mixed_requests_are_reproducible_and_complete() -> None:
    assert list(mixed(1000)) == list(mixed(1000))
    assert {id(request) for request in mixed(1000)} == {
        id(request) for request in (*VALID, *INVALID, *OVERSIZED)
    }


def send(request: RawRequest, handler: Handler) -> Load:
    """Send one request to a server with this connection handler."""
    found = Load(iter([request]))

    handlers: list[asyncio.Task[None] | None] = []

    async def handle(reader: StreamReader, writer: StreamWriter) -> None:
        handlers.append(asyncio.current_task())
        with suppress(ConnectionError):
            await handler(reader, writer)
        writer.close()

    async def run_client() -> None:
        async with await asyncio.start_server(handle, "127.0.0.1", 0) as server:
            await found.client(server.sockets[0].getsockname()[1])
            await asyncio.sleep(0.05)  # The last connection may not be accepted yet.
            await asyncio.gather(*filter(None, handlers))

    asyncio.run(run_client())
    return found


def responding(*parts: bytes) -> Handler:
    async def handler(reader: StreamReader, writer: StreamWriter) -> None:
        for part in parts:
            await reader.read(1000)
            writer.write(part)
            await writer.drain()

    return handler


def http(status: int, body: bytes) -> bytes:
    head = f"HTTP/1.1 {status} \r\nConnection: close\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def test_counts_a_correct_response() -> None:
    found = send(VALID[0], responding(http(200, BODY)))
    assert (found.responses, found.wrong, found.lost) == ({"valid 200": 1}, 0, 0)


def test_sends_the_body_after_100_continue() -> None:
    found = send(EXPECT_CONTINUE, responding(b"HTTP/1.1 100 Continue\r\n\r\n", http(200, BODY)))
    assert (found.answered, found.accepted, found.wrong) == (1, 1, 0)


def test_a_rejection_by_an_overloaded_server_is_not_wrong() -> None:
    assert send(VALID[0], responding(http(503, b""))).wrong == 0


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, BODY.replace(b"1", b"0")),
        (200, BODY.replace(b"200", b"400")),
        (500, b'{"reason":"","prediction":"","status":"500"}'),
        (200, b"{}"),
        (200, b""),
    ],
)
def test_counts_wrong_responses(status: int, body: bytes) -> None:
    found = send(VALID[0], responding(http(status, body)))
    assert (found.answered, found.wrong, found.lost) == (1, 1, 0)


@pytest.mark.parametrize("part", [b"", http(200, BODY)[:-1], http(200, BODY)[:20]])
def test_an_incomplete_response_is_lost(part: bytes) -> None:
    found = send(VALID[0], responding(part))
    assert (found.answered, found.lost) == (0, 1)


def test_a_request_without_a_response_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load, "TIMEOUT", 0.1)

    async def silent(reader: StreamReader, _: StreamWriter) -> None:
        await reader.read()

    assert send(VALID[0], silent).lost == 1


def test_a_client_waits_for_a_server_that_refuses_connections(port: int) -> None:
    found = Load(repeat(VALID[0]))

    async def finish_soon() -> None:
        waiting = asyncio.create_task(found.client(port))
        await asyncio.sleep(0.3)
        found.finished = True
        await waiting

    asyncio.run(finish_soon())
    assert (found.answered, found.lost) == (0, 0)
