"""SIGTERM while requests are in flight: a prompt end, and no accepted request lost.

A request counts as accepted when the service says so: these ask for ``100 Continue``,
which it sends when it starts to handle one and wants the body. A connection that it closes
before that has lost nothing, as its client knows that nothing was done.
"""

import json
import socket
from contextlib import ExitStack, suppress
from http import HTTPStatus
from threading import Thread
from typing import BinaryIO, Self

import httpx

from deployment.emulator import INVOCATIONS
from tests.image.containers import Container, emulated, listens, served, until

BODY = (
    b'{"meanConcavePoints":0.07951,"worstRadius":24.86,"worstTexture":26.58,'
    b'"worstArea":1866.0,"worstConcavePoints":0.01}'
)
HEAD = (
    b"POST /predict HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    b"Content-Length: %d\r\nExpect: 100-continue\r\n\r\n" % len(BODY)
)
ANSWER = b'{"reason":"OK","prediction":1,"status":"200"}'
PROMPTLY = 2.0  # seconds


class Connection:
    """A connection that is kept alive for as long as the service keeps it."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        self.received: BinaryIO = self.socket.makefile("rb")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.received.close()
        self.socket.close()

    def begin(self) -> bool:
        """Send a request's head; return whether the service accepted the request."""
        try:
            self.socket.sendall(HEAD)
            status = self._head()[0]
        except ConnectionError:
            return False
        assert status == HTTPStatus.CONTINUE
        return True

    def finish(self) -> bool:
        """Send the body of an accepted request; return whether its answer came in full."""
        try:
            self.socket.sendall(BODY)
            status, length = self._head()
            return status == HTTPStatus.OK and self.received.read(length) == ANSWER
        except ConnectionError:
            return False

    def _head(self) -> tuple[int, int]:
        """Return the status and the body's length of the answer that comes next."""
        lines = []
        while (line := self.received.readline()) != b"\r\n":
            if not line:
                raise ConnectionError("closed")
            lines.append(line.lower())
        headers = dict(line.split(b": ", 1) for line in lines[1:])
        return int(lines[0].split()[1]), int(headers.get(b"content-length", 0))


class Client(Thread):
    """Sends one request after the other until nobody listens any more."""

    def __init__(self, port: int) -> None:
        super().__init__(daemon=True)
        self.port = port
        self.accepted = self.answered = 0

    def run(self) -> None:
        while True:
            try:
                connection = Connection(self.port)
            except ConnectionRefusedError:
                return
            with connection:
                while connection.begin():
                    self.accepted += 1
                    self.answered += connection.finish()


def test_requests_that_wait_for_their_body_are_answered_in_full() -> None:
    answered: list[bool] = []
    with served() as service, ExitStack() as stack:
        connections = [stack.enter_context(Connection(service.port)) for _ in range(8)]
        assert all(connection.begin() for connection in connections)

        def finish() -> None:
            until(lambda: not listens(service.port), seconds=1)
            answered.extend(connection.finish() for connection in connections)

        status, seconds = service.terminate(finish)
    assert answered == [True] * len(connections)
    assert status == 0
    assert seconds < PROMPTLY


def test_under_load_no_accepted_request_is_lost() -> None:
    with served() as service:
        clients = [Client(service.port) for _ in range(8)]
        for client in clients:
            client.start()
        until(lambda: all(client.answered > 50 for client in clients), seconds=20)
        status, seconds = service.terminate()
        for client in clients:
            client.join(timeout=10)
    accepted = sum(client.accepted for client in clients)
    answered = sum(client.answered for client in clients)
    print(
        f"\nSIGTERM under load: {accepted} accepted, {answered} answered, ended in {seconds:.2f} s"
    )
    assert answered == accepted
    assert not any(client.is_alive() for client in clients)
    assert status == 0
    assert seconds < PROMPTLY


class Invoker(Thread):
    """Invokes the function again and again until the emulator is gone."""

    def __init__(self, function: Container) -> None:
        super().__init__(daemon=True)
        self.url = f"http://127.0.0.1:{function.port}{INVOCATIONS}"
        self.answers: list[bytes] = []

    def run(self) -> None:
        event = {"body": BODY.decode()}
        with httpx.Client(timeout=20) as client, suppress(httpx.TransportError):
            while True:
                self.answers.append(client.post(self.url, json=event).content)


def test_the_emulator_ends_as_promptly_and_every_answer_is_whole() -> None:
    # It's AWS's to decide what becomes of an invocation that it cuts off: sometimes its emulator
    # ends the connection, sometimes it answers with nothing. No answer is ever half a one.
    with emulated() as function:
        invoker = Invoker(function)
        invoker.start()
        until(lambda: len(invoker.answers) > 50, seconds=20)
        status, seconds = function.terminate()
        invoker.join(timeout=10)
    assert not invoker.is_alive()
    *answers, last = invoker.answers
    assert all(json.loads(answer) == json.loads(ANSWER) for answer in answers)
    assert not last or json.loads(last) == json.loads(ANSWER)
    assert status == 0
    assert seconds < PROMPTLY
