"""SIGTERM while requests are in flight: a prompt exit, and no accepted request lost.

A request is accepted once the server sends ``100 Continue``, which it does when the application
asks for the body. A connection closed before that has lost nothing: nothing was done.
"""

import json
from contextlib import ExitStack, suppress
from http import HTTPStatus
from threading import Thread

import httpx

from deployment.emulator import INVOCATIONS
from tests.image.containers import Container, emulated, served, until
from tests.servers.processes import is_listening
from tests.servers.raw import OBSERVATION, PREDICTION, Connection, post

PROMPTLY = 2.0  # seconds


def begin(connection: Connection) -> bool:
    """Send a request's head; return whether the service accepted it."""
    try:
        connection.send(post(b"Expect: 100-continue"))
        return connection.response().status == HTTPStatus.CONTINUE
    except ConnectionError:
        return False


def finish(connection: Connection) -> bool:
    """Send the body of an accepted request; return whether its prediction came in full."""
    try:
        connection.send(OBSERVATION)
        return connection.response().is_prediction()
    except ConnectionError:
        return False


class Client(Thread):
    """Sends one request after another until the port is closed."""

    def __init__(self, port: int) -> None:
        super().__init__(daemon=True)
        self.port = port
        self.accepted = self.answered = 0

    def run(self) -> None:
        with suppress(ConnectionRefusedError):
            while True:
                with Connection(self.port) as connection:
                    while begin(connection):
                        self.accepted += 1
                        self.answered += finish(connection)


def test_requests_that_wait_for_their_body_are_answered_in_full() -> None:
    answered: list[bool] = []
    with served() as service, ExitStack() as stack:
        connections = [stack.enter_context(Connection(service.port)) for _ in range(8)]
        assert all(begin(connection) for connection in connections)

        def finish_all() -> None:
            until(lambda: not is_listening(service.port), seconds=1)
            answered.extend(finish(connection) for connection in connections)

        status, seconds = service.terminate(finish_all)
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
    print(f"\nSIGTERM under load: {answered} of {accepted} answered, exit in {seconds:.2f} s")
    assert answered == accepted
    assert not any(client.is_alive() for client in clients)
    assert status == 0
    assert seconds < PROMPTLY


class Invoker(Thread):
    """Invokes the function again and again until the emulator is gone."""

    def __init__(self, function: Container) -> None:
        super().__init__(daemon=True)
        self.url = f"http://127.0.0.1:{function.port}{INVOCATIONS}"
        self.responses: list[bytes] = []

    def run(self) -> None:
        event = {"body": OBSERVATION.decode()}
        with httpx.Client(timeout=20) as client, suppress(httpx.TransportError):
            while True:
                self.responses.append(client.post(self.url, json=event).content)


def test_emulator_exits_promptly_and_every_response_is_whole() -> None:
    # AWS decides what becomes of an invocation that its emulator cuts off: a closed connection,
    # or an empty response. No response is ever half a one.
    with emulated() as function:
        invoker = Invoker(function)
        invoker.start()
        until(lambda: len(invoker.responses) > 50, seconds=20)
        status, seconds = function.terminate()
        invoker.join(timeout=10)
    assert not invoker.is_alive()
    *responses, last = invoker.responses
    assert all(json.loads(response) == PREDICTION for response in responses)
    assert not last or json.loads(last) == PREDICTION
    assert status == 0
    assert seconds < PROMPTLY
