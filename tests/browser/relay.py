"""A Function URL on loopback: HTTP in front of a function that only takes invocations.

AWS turns an HTTP request into an event and the function's answer back into a response. This
does so in front of its emulator (`deployment.emulator`), which takes one invocation at a time.
"""

import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any
from urllib.parse import urlsplit

from tests import function_url

PATIENCE = 60
"""Seconds until an invocation is given up."""


class Relay(ThreadingHTTPServer):
    """A server on a free port of 127.0.0.1 that answers with what a function answers."""

    def __init__(self, invocations: str) -> None:
        """Invoke the function by POST to the URL ``invocations``."""
        super().__init__(("127.0.0.1", 0), _Request)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self._function = urlsplit(invocations)
        self._one_at_a_time = Lock()

    def invoke(self, event: dict[str, Any]) -> dict[str, Any]:
        """Return the function's answer, or the 502 that AWS gives where there is none."""
        try:
            with self._one_at_a_time, closing(self._connection()) as connection:
                connection.request("POST", self._function.path, json.dumps(event))
                answer: dict[str, Any] = json.load(connection.getresponse())
        except (OSError, HTTPException, ValueError):
            answer = {}
        return answer if "statusCode" in answer else {"statusCode": HTTPStatus.BAD_GATEWAY}

    def _connection(self) -> HTTPConnection:
        return HTTPConnection(self._function.netloc, timeout=PATIENCE)


class _Request(BaseHTTPRequestHandler):
    server: Relay

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        length = int(self.headers.get("content-length", 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        event = function_url.event(self.rfile.read(length), self.command, url.path, headers)
        self._answer(self.server.invoke({**event, "rawQueryString": url.query}))

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_POST(self) -> None:
        self.do_GET()

    def do_PUT(self) -> None:
        self.do_GET()

    def _answer(self, answer: dict[str, Any]) -> None:
        body = function_url.body(answer) if answer.get("body") else b""
        self.send_response(answer["statusCode"])
        # What AWS counts itself; to HEAD, only the function knows the length.
        headers = {"content-length": str(len(body))} | answer.get("headers", {})
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing: the function has a log of its own."""


@contextmanager
def relayed(invocations: str) -> Iterator[str]:
    """Relay to the URL ``invocations`` until the block ends; yield the address of a website."""
    with Relay(invocations) as relay:
        server = Thread(target=relay.serve_forever, args=(0.05,))
        server.start()
        try:
            yield relay.url
        finally:
            relay.shutdown()
            server.join()
