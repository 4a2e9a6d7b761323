"""Requests over many connections that are kept alive, each answer checked.

A request is bytes made beforehand, and of an answer only the status and the keys are looked
at, so that one process asks for more than one worker answers. How busy it was is measured.
"""

import asyncio
import json
import random
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from benchmarks.kinds import Kind

_LENGTH = re.compile(rb"(?i)\r\ncontent-length: *(\d+)")
_CLOSE = re.compile(rb"(?i)\r\nconnection: *close")

PATIENCE = 60.0
"""Seconds after which a request without an answer is given up, and counts as lost."""

_PAUSE, _LONGEST_PAUSE = 0.1, 2.0  # seconds; a refused client waits, longer each time


@dataclass
class Load:
    """What is to be sent, and what came of it.

    Attributes:
        plan: The requests to come; whichever connection is free takes the next one.
        answers: How often each kind of request got each status.
        wrong: How often an answer was not the one that its request is to get.
        accepted: How many requests the service said that it begins to handle.
        lost: How many requests that were sent got no whole answer.
        longest_gap: The longest time between two answers, in seconds.
        over: Whether nothing more is to be sent.
    """

    plan: Iterator[Kind]
    answers: Counter[tuple[str, int]] = field(default_factory=Counter)
    wrong: Counter[tuple[str, int]] = field(default_factory=Counter)
    accepted: int = 0
    lost: int = 0
    longest_gap: float = 0.0
    over: bool = False
    _last: float | None = None

    @property
    def answered(self) -> int:
        """How many requests got an answer, whichever."""
        return self.answers.total()

    def count(self, status: int) -> int:
        """Return how many answers had this status."""
        return sum(times for (_, found), times in self.answers.items() if found == status)

    def take(self) -> Kind | None:
        """Return the next request to send."""
        kind = None if self.over else next(self.plan, None)
        self.over = kind is None
        return kind

    def note(self, kind: Kind, status: int, body: bytes) -> None:
        """Count an answer, and whether it is right."""
        self.answers[kind.name, status] += 1
        self.wrong[kind.name, status] += not _is_right(kind, status, body)
        now = asyncio.get_running_loop().time()
        self.longest_gap = max(self.longest_gap, now - (self._last or now))
        self._last = now


def _is_right(kind: Kind, status: int, body: bytes) -> bool:
    if status == 503:  # uvicorn's own, when there are too many connections.
        return bool(body)
    answer = json.loads(body)
    told = (answer["status"], answer["prediction"])
    return status == kind.status and told == (str(status), kind.prediction)


class Connection(asyncio.Protocol):
    """One connection, which sends the next request when the last one is answered."""

    transport: asyncio.Transport

    def __init__(self, load: Load) -> None:
        """Take requests from ``load``, and tell it of the answers."""
        self.load = load
        self.kind: Kind | None = None
        self.received = b""
        self.taken = 0
        self.refused = False
        self.closed = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self._send_next()

    def _send_next(self) -> None:
        self.kind = self.load.take()
        self.taken += 1
        if self.kind is None:
            self.transport.close()
        else:
            self.transport.write(self.kind.request)

    def data_received(self, data: bytes) -> None:
        """Go on when an answer is whole."""
        self.received += data
        head, end, rest = self.received.partition(b"\r\n\r\n")
        status = int(head[9:12]) if end else 0
        if status == 100:
            self._send_body(rest)
        elif status:
            length = _LENGTH.search(head)
            assert length is not None
            if len(rest) >= int(length[1]):
                self._take_answer(status, rest, closing=_CLOSE.search(head) is not None)

    def _send_body(self, rest: bytes) -> None:
        assert self.kind is not None
        self.load.accepted += 1
        self.received = rest
        self.transport.write(self.kind.body)

    def _take_answer(self, status: int, body: bytes, *, closing: bool) -> None:
        assert self.kind is not None
        self.load.note(self.kind, status, body)
        self.kind, self.received, self.refused = None, b"", status == 503
        if closing:
            self.transport.close()
        else:
            self._send_next()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        """Count the request that is not going to be answered, if there is one."""
        self.load.lost += self.kind is not None
        self.closed.set_result(None)


async def client(load: Load, port: int) -> None:
    """Send until nothing more is to be sent, on a new connection whenever one is closed."""
    loop = asyncio.get_running_loop()
    pause = _PAUSE
    while not load.over:
        try:
            _, connection = await loop.create_connection(
                lambda: Connection(load), "127.0.0.1", port
            )
        except ConnectionError:
            # Nobody listens, or a listener ended with this connection in its queue.
            await asyncio.sleep(_PAUSE)
            continue
        await _closed(connection)
        if connection.refused:
            await asyncio.sleep(random.uniform(0, pause))  # noqa: S311
        pause = min(2 * pause, _LONGEST_PAUSE) if connection.refused else _PAUSE


async def _closed(connection: Connection) -> None:
    while not connection.closed.done():
        taken = connection.taken
        await asyncio.wait([connection.closed], timeout=PATIENCE)
        if connection.taken == taken:
            connection.transport.abort()
