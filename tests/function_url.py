"""Function URL events (payload format 2.0), as Lambda makes them from HTTP requests."""

import base64
from typing import Any

from mangum.types import (
    LambdaCognitoIdentity,
    LambdaContext,
    LambdaMobileClientContext,
)


class Context:
    """Lambda's context object, as far as anything here looks at it."""

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
        raise NotImplementedError("nothing here asks for it")  # pragma: no cover


CONTEXT: LambdaContext = Context()


def event(
    body: bytes,
    method: str = "POST",
    path: str = "/predict",
    headers: dict[str, str] | None = None,
) -> dict[str, Any]:
    """Return the event of a request; Lambda sends a body that may not be text as base64."""
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": "",
        "headers": {"host": "abc.lambda-url.eu-west-1.on.aws", **(headers or {})},
        "requestContext": {
            "http": {"method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "::1"}
        },
        "body": base64.b64encode(body).decode(),
        "isBase64Encoded": True,
    }


def body(answer: dict[str, Any]) -> bytes:
    """Return the body of an HTTP response in Lambda's format."""
    text: str = answer["body"]
    return base64.b64decode(text) if answer["isBase64Encoded"] else text.encode()


def without_id(answer: dict[str, Any]) -> dict[str, Any]:
    """Return ``answer`` without its request id, which is another one each time."""
    if "headers" not in answer:  # A direct invocation's, which has none.
        return answer
    headers = dict(answer["headers"])
    assert headers.pop("x-request-id")
    return {**answer, "headers": headers}
