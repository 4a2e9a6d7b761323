"""The AWS Lambda entry point, ``app.lambda_handler.handler``.

Importing this module loads and verifies the model; an invocation loads nothing.
"""

import asyncio
import gc
import json
import logging
from typing import Any

from mangum import Mangum
from mangum.types import LambdaContext

from app.api.schemas import ErrorResponse
from app.main import app
from app.middleware.security_headers import API_HEADERS

RESPONSE_LIMIT = 6_291_556
"""The largest response that Lambda returns, in bytes of JSON."""

INVALID_EVENT = ErrorResponse(
    reason=(
        "the event must be a Function URL request (payload format 2.0), or an object whose "
        "'body' is an observation as JSON text"
    ),
    status="400",
)
RESPONSE_TOO_LARGE = ErrorResponse(
    reason="the response exceeds AWS Lambda's limit of 6 MB; send fewer observations",
    status="413",
)

# Mangum runs the app on the thread's current event loop. Python 3.14 no longer creates one, and
# other code may have closed it (asyncio.run does), so this one is kept.
_loop = asyncio.new_event_loop()
asyncio.set_event_loop(_loop)

# Its record of each request holds the path as it was sent, which may hold a measurement.
logging.getLogger("mangum.http").setLevel(logging.WARNING)

# Mangum would run a lifespan on every invocation.
_mangum = Mangum(app, lifespan="off")

# Objects that were loaded stay: later collections need not look at them.
gc.collect()
gc.freeze()


def handler(event: Any, context: LambdaContext) -> dict[str, Any]:
    """Handle one invocation.

    A Function URL event gets an HTTP response. A direct invocation with
    ``{"body": "<JSON text>"}``, as from the console's test button, gets the three keys of the
    contract alone; so does any other event, as an error. Where the service requires an API key,
    a direct invocation passes it as ``"apiKey"``.
    """
    asyncio.set_event_loop(_loop)
    match event:
        case {"version": "2.0", "requestContext": {"http": {}}}:
            return _handle_url_event(event, context)
        case {"body": str(text)} if "requestContext" not in event:
            response = _mangum(_url_event(text, event.get("apiKey")), context)
            content: dict[str, Any] = json.loads(response["body"])
            return content
        case _:
            return INVALID_EVENT.model_dump()


def _handle_url_event(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    try:
        response = _mangum(event, context)
    except (AttributeError, KeyError, TypeError, ValueError):
        # The app's own exceptions are handled inside Mangum. This is Mangum reading an event
        # with a missing part, a wrong type, or a body that isn't base64 though it says so.
        return _url_response(INVALID_EVENT)
    return _url_response(RESPONSE_TOO_LARGE) if _is_too_large(response) else response


def _is_too_large(response: dict[str, Any]) -> bool:
    # Lambda ends the process of a response that it can't return. As JSON a body grows at most
    # to twice its size, by escaped quotes, so few responses have to be measured.
    return 2 * len(response["body"]) >= RESPONSE_LIMIT <= len(json.dumps(response))


def _url_response(error: ErrorResponse) -> dict[str, Any]:
    headers = {name.lower(): value for name, value in API_HEADERS.items()}
    return {
        "statusCode": int(error.status),
        "headers": {"content-type": "application/json", **headers},
        "body": error.model_dump_json(),
        "isBase64Encoded": False,
    }


def _url_event(body: str, key: Any) -> dict[str, Any]:
    """Return the Function URL event of a POST to `/predict`."""
    keys = {"x-api-key": key} if isinstance(key, str) else {}
    return {
        "version": "2.0",
        "requestContext": {"http": {"method": "POST", "path": "/predict", "sourceIp": "127.0.0.1"}},
        "headers": {"content-type": "application/json", **keys},
        "body": body,
        "isBase64Encoded": False,
    }
