"""Load over keep-alive connections, with every response checked."""

import asyncio
import json
import re
from asyncio import StreamReader, StreamWriter
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from benchmarks.raw_requests import RawRequest

TIMEOUT = 60.0
"""Seconds after which a request without a response counts as lost."""

_LENGTH = re.compile(rb"(?i)\r\ncontent-length: *(\d+)")
_CLOSE = re.compile(rb"(?i)\r\nconnection: *close")
_RECONNECT_DELAY = 0.1  # seconds


@dataclass
class Load:
    """Requests to send and the outcome so far.

    Attributes:
        requests: Requests to come; the next free connection takes the next one.
        responses: Number of responses by category and status.
        wrong: Number of responses that differ from the expected one.
        accepted: Number of requests confirmed by ``100 Continue``.
        lost: Number of sent requests without a complete response.
        finished: Whether to send no more requests.
    """

    requests: Iterator[RawRequest]
    responses: Counter[str] = field(default_factory=Counter)
    wrong: int = 0
    accepted: int = 0
    lost: int = 0
    finished: bool = False

    @property
    def answered(self) -> int:
        """Number of responses."""
        return self.responses.total()

    async def client(self, port: int) -> None:
        """Send requests until finished; reconnect whenever the server closes the connection."""
        while not self.finished:
            try:
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
            except ConnectionError:  # A restarting server, or one with a full queue.
                await asyncio.sleep(_RECONNECT_DELAY)
                continue
            try:
                await self._use(reader, writer)
            except (OSError, EOFError, TimeoutError):
                self.lost += 1
            finally:
                writer.close()

    async def _use(self, reader: StreamReader, writer: StreamWriter) -> None:
        """Send requests over one connection until it is to be closed."""
        is_open = True
        while is_open and (request := self._take()):
            async with asyncio.timeout(TIMEOUT):
                writer.write(request.data)
                is_open = await self._receive(request, reader, writer)

    def _take(self) -> RawRequest | None:
        request = None if self.finished else next(self.requests, None)
        self.finished = request is None
        return request

    async def _receive(
        self, request: RawRequest, reader: StreamReader, writer: StreamWriter
    ) -> bool:
        """Read and count a response; return whether the connection stays open."""
        head = await reader.readuntil(b"\r\n\r\n")
        if head.startswith(b"HTTP/1.1 100"):
            self.accepted += 1
            writer.write(request.body)
            head = await reader.readuntil(b"\r\n\r\n")
        length = _LENGTH.search(head)
        body = await reader.readexactly(int(length[1]) if length else 0)
        self._count(request, int(head[9:12]), body)
        return _CLOSE.search(head) is None

    def _count(self, request: RawRequest, status: int, body: bytes) -> None:
        self.responses[f"{request.category} {status}"] += 1
        self.wrong += not _is_expected(request, status, body)


def _is_expected(request: RawRequest, status: int, body: bytes) -> bool:
    if status == 503:  # Rejected by an overloaded server, with or without a body.
        return True
    try:
        response = json.loads(body)
        content = (response["status"], response["prediction"])
    except (ValueError, KeyError):
        return False
    return status == request.status and content == (str(status), request.prediction)
