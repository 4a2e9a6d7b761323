"""What Schemathesis sent and what it was answered, from its report, and again to Lambda."""

import base64
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from tests import function_url

Answer = tuple[int, dict[str, str], bytes]
"""A status, the headers that are the service's own, and a body."""

# Either the server's, which Lambda has none of, or different each time.
NOT_COMPARED = {"connection", "content-length", "date", "server", "x-request-id"}


@dataclass(frozen=True)
class Exchange:
    """One request that was made, and its answer.

    Attributes:
        operation: What Schemathesis was testing, such as ``POST /predict``.
        phase: In which of its phases.
        valid: Whether the OpenAPI document says that this request is a right one.
    """

    operation: str
    phase: str
    valid: bool
    method: str
    url: str
    headers: dict[str, str]
    content: bytes
    answer: Answer
    checks: tuple[str, ...]

    def event(self) -> dict[str, Any]:
        """Return the Function URL event that Lambda makes of this request."""
        parts = urlsplit(self.url)
        event = function_url.event(self.content, self.method, parts.path, self.headers)
        return {**event, "rawQueryString": parts.query}


def exchanges(report: Path) -> Iterator[Exchange]:
    """Yield all that ``report``, a file of Schemathesis' events, tells of."""
    with report.open(encoding="utf-8") as lines:
        for line in lines:
            scenario = json.loads(line).get("ScenarioFinished")
            if scenario and "interactions" in scenario["recorder"]:
                yield from _exchanges(scenario)


def _exchanges(scenario: Mapping[str, Any]) -> Iterator[Exchange]:
    recorder = scenario["recorder"]
    for case, interaction in recorder["interactions"].items():
        request, response = interaction["request"], interaction["response"]
        meta = recorder["cases"][case]["value"].get("meta")
        yield Exchange(
            operation=recorder["label"],
            phase=scenario["phase"],
            valid=meta is not None and meta["generation"]["mode"] == "positive",
            method=request["method"],
            url=request["uri"],
            headers=_joined(request["headers"]),
            content=_decoded(request.get("body")),
            answer=answer(
                response["status_code"], _joined(response["headers"]), _decoded(response["content"])
            ),
            checks=tuple(check["name"] for check in recorder["checks"].get(case, [])),
        )


def answer(status: int, headers: Mapping[str, str], body: bytes) -> Answer:
    """Return an answer with what need not be the same on Lambda left out."""
    # Mangum says of an empty body that it is JSON.
    left_out = NOT_COMPARED if body else NOT_COMPARED | {"content-type"}
    own = {name: value for name, value in headers.items() if name not in left_out}
    return status, own, body


def from_lambda(function: httpx.Client, url: str, exchange: Exchange) -> Answer:
    """Return what the function, under the emulator at ``url``, answers to the same request."""
    given = function.post(url, json=exchange.event()).json()
    return answer(given["statusCode"], given["headers"], function_url.body(given))


def _joined(headers: Mapping[str, list[str]]) -> dict[str, str]:
    """Return ``headers`` as Lambda gives them: names in lower case, one value each."""
    return {name.lower(): ",".join(values) for name, values in headers.items()}


def _decoded(content: Mapping[str, str] | None) -> bytes:
    return base64.b64decode(content["$base64"]) if content else b""
