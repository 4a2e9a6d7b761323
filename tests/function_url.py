"""Function URL events (payload format 2.0), as Lambda creates them from HTTP requests."""

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
from mangum.types import LambdaCognitoIdentity, LambdaContext, LambdaMobileClientContext

RECORDED: dict[str, dict[str, Any]] = {
    path.stem: json.loads(path.read_text(encoding="utf-8"))
    for path in sorted(Path(__file__).parent.glob("events/*.json"))
}
"""Recorded events and their responses, by file name."""


class Context:
    """Lambda's context object, with a fixed request id."""

    function_name = "classifier"
    function_version = "$LATEST"
    invoked_function_arn = "arn:aws:lambda:eu-west-1:123456789012:function:classifier"
    memory_limit_in_mb = 1024
    aws_request_id = "c6af9ac6-7b61-11e6-9a41-93e8deadbeef"
    log_group_name = "/aws/lambda/classifier"
    log_stream_name = "2026/11/22/[$LATEST]0123456789abcdef"
    identity: LambdaCognitoIdentity | None = None
    client_context: LambdaMobileClientContext | None = None

    def get_remaining_time_in_millis(self) -> int:
        raise NotImplementedError  # pragma: no cover


CONTEXT: LambdaContext = Context()


def event(
    body: bytes,
    method: str = "POST",
    path: str = "/predict",
    headers: dict[str, str] | None = None,
    query: str = "",
) -> dict[str, Any]:
    """Return the event of a request, with the body in base64 as for a binary content type."""
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": query,
        "headers": {"host": "abc.lambda-url.eu-west-1.on.aws", **(headers or {})},
        "requestContext": {
            "http": {"method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "::1"}
        },
        "body": base64.b64encode(body).decode(),
        "isBase64Encoded": True,
    }


def body(response: dict[str, Any]) -> bytes:
    """Return the body of an HTTP response in Lambda's format."""
    text: str = response["body"]
    return base64.b64decode(text) if response["isBase64Encoded"] else text.encode()


def without_id(response: dict[str, Any]) -> dict[str, Any]:
    """Return ``response`` without its request id, which differs each time."""
    if "headers" not in response:  # The response to a direct invocation.
        return response
    headers = dict(response["headers"])
    assert headers.pop("x-request-id")
    return {**response, "headers": headers}


class FunctionUrlTransport(httpx.BaseTransport):
    """A transport for httpx that sends each request as an event to ``invoke``."""

    def __init__(self, invoke: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
        self.invoke = invoke

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        path, _, query = request.url.raw_path.decode().partition("?")
        sent = event(request.read(), request.method, path, dict(request.headers), query)
        # As text, as Lambda sends JSON: a test could not find a measurement in base64.
        sent |= {"body": request.content.decode(), "isBase64Encoded": False}
        response = self.invoke(sent)
        return httpx.Response(
            response["statusCode"], headers=response["headers"], content=body(response)
        )
