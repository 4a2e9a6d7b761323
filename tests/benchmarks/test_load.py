import asyncio
from asyncio import StreamReader, StreamWriter
from contextlib import suppress
from itertools import repeat

import pytest

from benchmarks import load
from benchmarks.load import Load
from benchmarks.raw_requests import EXPECT_CONTINUE, INVALID, OVERSIZED, VALID, RawRequest, mixed

BODY = b'{"reason":"OK","prediction":1,"status":"200"}'
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


def http(status: int, body: bytes) -> bytes:
    head = f"HTTP/1.1 {status} \r\nConnection: close\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def send(request: RawRequest, *parts: bytes) -> Load:
    """Send a request to a server that writes one of ``parts`` after each read."""
    sent = Load(iter([request]))

    async def handle(reader: StreamReader, writer: StreamWriter) -> None:
        with suppress(ConnectionError):
            for part in parts:
                await reader.read(1000)
                writer.write(part)
            if not parts:
                await reader.read()
        writer.close()

    async def run_client() -> None:
        async with await asyncio.start_server(handle, "127.0.0.1", 0) as server:
            await sent.client(server.sockets[0].getsockname()[1])
            await asyncio.sleep(0.05)  # The last connection may not be accepted yet.

    asyncio.run(run_client())
    return sent


@pytest.mark.parametrize(
    ("status", "body", "wrong"),
    [
        (200, BODY, 0),
        (503, b"", 0),  # From an overloaded server.
        (200, BODY.replace(b"1", b"0"), 1),
        (200, BODY.replace(b"200", b"400"), 1),
        (500, b'{"reason":"","prediction":"","status":"500"}', 1),
        (200, b"{}", 1),
        (200, b"", 1),
    ],
)
def test_counts_correct_and_wrong_responses(status: int, body: bytes, wrong: int) -> None:
    sent = send(VALID[0], http(status, body))
    assert sent.responses == {f"valid {status}": 1}
    assert (sent.wrong, sent.lost) == (wrong, 0)


def test_sends_the_body_after_100_continue() -> None:
    sent = send(EXPECT_CONTINUE, CONTINUE, http(200, BODY))
    assert (sent.answered, sent.accepted, sent.wrong) == (1, 1, 0)


@pytest.mark.parametrize("part", [b"", http(200, BODY)[:-1], http(200, BODY)[:20]])
def test_incomplete_response_is_lost(part: bytes) -> None:
    sent = send(VALID[0], part)
    assert (sent.answered, sent.lost) == (0, 1)


def test_missing_response_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load, "TIMEOUT", 0.1)
    assert send(VALID[0]).lost == 1


def test_client_waits_for_a_server_that_refuses_connections(port: int) -> None:
    waiting = Load(repeat(VALID[0]))

    async def finish_soon() -> None:
        client = asyncio.create_task(waiting.client(port))
        await asyncio.sleep(0.3)
        waiting.finished = True
        await client

    asyncio.run(finish_soon())
    assert (waiting.answered, waiting.lost) == (0, 0)


def test_mixed_requests_are_reproducible_and_complete() -> None:
    requests = list(mixed(1000))
    assert requests == list(mixed(1000))
    assert set(map(id, requests)) == set(map(id, (*VALID, *INVALID, *OVERSIZED)))
