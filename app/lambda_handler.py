"""The AWS Lambda entry point, ``app.lambda_handler.handler``.

Importing this module loads and verifies the model; an invocation loads nothing.
"""

# An import makes objects and drops hardly any, so looking for garbage meanwhile is in vain, and
# takes a tenth of a cold start.
import gc

gc.disable()

from pydantic import BaseModel, ConfigDict

# FastAPI has some forty models of the OpenAPI document, and only /openapi.json needs them. Pydantic
# builds a model on its first use if it is told to as the class is made: another tenth saved.
BaseModel.model_config = ConfigDict(defer_build=True)
import fastapi.openapi.models  # noqa: F401 it is imported here for how, not for what

BaseModel.model_config = ConfigDict()

import asyncio
import json
import logging
from typing import Any

from mangum import Mangum
from mangum.types import LambdaContext

from app.answers import Refusal
from app.headers import HEADERS
from app.main import app

_UNREADABLE = Refusal(
    reason=(
        "the event must be a Function URL request (payload format 2.0), or an object whose "
        "'body' is an observation as JSON text"
    ),
    status="400",
)

ANSWER_LIMIT = 6_291_556
"""Bytes that an answer may have on Lambda, which it returns as JSON."""

_TOO_MUCH = Refusal(
    reason="the answer has more than the 6 MB that AWS Lambda returns; send fewer observations",
    status="413",
)

_HEADERS = {name.decode(): value.decode() for name, value in HEADERS}

# Mangum runs the app on the thread's current event loop. Python 3.14 no longer makes one
# unasked, and other code may have taken it away (asyncio.run does), so this one is kept.
_loop = asyncio.new_event_loop()
asyncio.set_event_loop(_loop)

# Its line for each request has the path as it was sent, which may hold a measurement.
logging.getLogger("mangum.http").setLevel(logging.WARNING)

# Mangum would run a lifespan anew on every invocation.
_over_http = Mangum(app, lifespan="off")

# What is loaded stays: collections during invocations need not look at it again.
gc.freeze()
gc.enable()


def handler(event: Any, context: LambdaContext) -> dict[str, Any]:
    """Answer one invocation.

    A Function URL event is answered with an HTTP response. A direct invocation with
    ``{"body": "<JSON text>"}``, as from the console's test button, is answered with the
    three keys of the contract alone, and so is anything else, with a refusal. Where the
    service needs a key, the event has it as ``"apiKey"``.
    """
    asyncio.set_event_loop(_loop)
    match event:
        case {"version": "2.0", "requestContext": {"http": {}}}:
            return _answer_url(event, context)
        case {"body": str(text)} if "requestContext" not in event:
            answer: dict[str, Any] = json.loads(_over_http(_post(text, event), context)["body"])
            return answer
        case _:
            return _UNREADABLE.model_dump()


def _answer_url(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    try:
        return _fitting(_over_http(event, context))
    except (AttributeError, KeyError, TypeError, ValueError):
        # Whatever the app raises is answered inside Mangum, so this was Mangum reading an
        # event with a part missing, of the wrong type, or not base64 though it says so.
        return _refuse(_UNREADABLE)


def _fitting(answer: dict[str, Any]) -> dict[str, Any]:
    """Return ``answer`` if Lambda can carry it; it would end the process of one it cannot."""
    # Only quotation marks grow on the way, by a byte each, so few answers have to be measured.
    if 2 * len(answer["body"]) < ANSWER_LIMIT or len(json.dumps(answer)) < ANSWER_LIMIT:
        return answer
    return _refuse(_TOO_MUCH)


def _refuse(refusal: Refusal) -> dict[str, Any]:
    return {
        "statusCode": int(refusal.status),
        "headers": {"content-type": "application/json", **_HEADERS},
        "body": refusal.model_dump_json(),
        "isBase64Encoded": False,
    }


def _post(text: str, event: dict[str, Any]) -> dict[str, Any]:
    """Return the Function URL event that would have carried ``text``, and the event's key."""
    key = event.get("apiKey")
    keys = {"x-api-key": key} if isinstance(key, str) else {}
    return {
        "version": "2.0",
        "requestContext": {"http": {"method": "POST", "path": "/predict", "sourceIp": "127.0.0.1"}},
        "headers": {"content-type": "application/json", **keys},
        "body": text,
        "isBase64Encoded": False,
    }
