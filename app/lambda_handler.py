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

INVALID_EVENT = ErrorResponse(
    reason=(
        "the event must be a Function URL request (payload format 2.0), or an object whose "
        "'body' is an observation as JSON text"
    ),
    status="400",
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
            response = _handle_url_event(_url_event(text, event.get("apiKey")), context)
            content: dict[str, Any] = json.loads(response["body"])
            return content
        case _:
            return INVALID_EVENT.model_dump()


def _handle_url_event(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    try:
        return _mangum(event, context)
    except (AttributeError, KeyError, TypeError, ValueError):
        # The app's own exceptions are handled inside Mangum. This is Mangum reading an event
        # with a missing part, a wrong type, a body that isn't base64 though it says so, or text
        # that isn't Unicode, such as half of a surrogate pair.
        headers = {name.lower(): value for name, value in API_HEADERS.items()}
        return {
            "statusCode": 400,
            "headers": {"content-type": "application/json", **headers},
            "body": INVALID_EVENT.model_dump_json(),
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
