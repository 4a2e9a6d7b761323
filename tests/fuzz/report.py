"""Requests and responses in a Schemathesis report, and the same requests sent to Lambda."""

import base64
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from tests import function_url

Response = tuple[int, dict[str, str], bytes]
"""Status, headers of the application, and body."""

# Headers of the server, which Lambda doesn't have, or that differ each time.
NOT_COMPARED = {"connection", "content-length", "date", "server", "x-request-id"}


@dataclass(frozen=True)
class Exchange:
    """One request and its response.

    Attributes:
        operation: The tested operation, such as ``POST /predict``.
        valid: Whether the request is valid according to the OpenAPI document.
        checks: Names of the checks of this response.
    """

    operation: str
    valid: bool
    method: str
    url: str
    headers: dict[str, str]
    body: bytes
    response: Response
    checks: tuple[str, ...]


def read_report(path: Path) -> Iterator[Exchange]:
    """Yield all exchanges in a report, a file of one JSON event per line."""
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            scenario = json.loads(line).get("ScenarioFinished")
            if scenario and "interactions" in scenario["recorder"]:
                yield from _exchanges(scenario["recorder"])


def _exchanges(recorder: Mapping[str, Any]) -> Iterator[Exchange]:
    for case, interaction in recorder["interactions"].items():
        request, response = interaction["request"], interaction["response"]
        meta = recorder["cases"][case]["value"].get("meta")
        yield Exchange(
            operation=recorder["label"],
            valid=meta is not None and meta["generation"]["mode"] == "positive",
            method=request["method"],
            url=request["uri"],
            headers=_headers(request["headers"]),
            body=_body(request.get("body")),
            response=_response(
                response["status_code"], _headers(response["headers"]), _body(response["content"])
            ),
            checks=tuple(check["name"] for check in recorder["checks"].get(case, [])),
        )


def send_to_lambda(client: httpx.Client, invocations: str, exchange: Exchange) -> Response:
    """Send the request of ``exchange`` to the emulator at ``invocations``."""
    url = urlsplit(exchange.url)
    event = function_url.event(
        exchange.body, exchange.method, url.path, exchange.headers, url.query
    )
    response = client.post(invocations, json=event).json()
    return _response(response["statusCode"], response["headers"], function_url.body(response))


def _response(status: int, headers: Mapping[str, str], body: bytes) -> Response:
    # Mangum gives an empty body the content type of JSON.
    ignored = NOT_COMPARED if body else NOT_COMPARED | {"content-type"}
    return status, {name: text for name, text in headers.items() if name not in ignored}, body


def _headers(headers: Mapping[str, list[str]]) -> dict[str, str]:
    """Return ``headers`` as in Lambda's events: names in lower case, one value each."""
    return {name.lower(): ",".join(values) for name, values in headers.items()}


def _body(content: Mapping[str, str] | None) -> bytes:
    return base64.b64decode(content["$base64"]) if content else b""
