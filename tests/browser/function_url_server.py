"""A local Lambda Function URL: an HTTP server in front of the Lambda emulator."""

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

TIMEOUT = 60
"""Seconds for one invocation."""


class FunctionUrlServer(ThreadingHTTPServer):
    """HTTP server that turns requests into Function URL events, on a free port."""

    def __init__(self, invocations: str) -> None:
        """Send events to the emulator's URL ``invocations``."""
        super().__init__(("127.0.0.1", 0), _Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self._function = urlsplit(invocations)
        self._lock = Lock()  # The emulator takes one invocation at a time.

    def invoke(self, event: dict[str, Any]) -> dict[str, Any]:
        """Return the function's response, or AWS's 502 if there is none."""
        connection = HTTPConnection(self._function.netloc, timeout=TIMEOUT)
        try:
            with self._lock, closing(connection):
                connection.request("POST", self._function.path, json.dumps(event))
                response: dict[str, Any] = json.load(connection.getresponse())
        except (OSError, HTTPException, ValueError):
            response = {}
        return response if "statusCode" in response else {"statusCode": HTTPStatus.BAD_GATEWAY}


class _Handler(BaseHTTPRequestHandler):
    server: FunctionUrlServer

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        length = int(self.headers.get("content-length", 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        event = function_url.event(self.rfile.read(length), self.command, url.path, headers)
        response = self.server.invoke({**event, "rawQueryString": url.query})
        body = function_url.body(response) if response.get("body") else b""
        self.send_response(response["statusCode"])
        # AWS adds the length; only the function knows that of a response to HEAD.
        headers = {"content-length": str(len(body))} | response.get("headers", {})
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    do_HEAD = do_POST = do_PUT = do_GET  # noqa: N815

    def log_message(self, *_: Any) -> None:
        """Log nothing: the function has its own log."""


@contextmanager
def serve_function_url(invocations: str) -> Iterator[str]:
    """Serve the emulator at ``invocations`` over HTTP until the block ends; yield the address."""
    with FunctionUrlServer(invocations) as server:
        thread = Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield server.url
        finally:
            server.shutdown()
            thread.join()
