"""Measurements that no text contains by chance, and all ways in which a caller can send them.

A new endpoint that takes observations belongs into `ENDPOINTS`.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx

from app.api.schemas import EXAMPLES
from tests import function_url

ENDPOINTS = {
    "/predict": False,
    "/": False,
    "/explain": False,
    "/predict/batch": True,
    "/explain/batch": True,
}
"""Each path that takes observations, and whether it takes an array of them."""

CANARY = "72371.946538"
OBSERVATION = {
    "meanConcavePoints": 0.0739184625,
    "worstRadius": float(CANARY),
    "worstTexture": 31860.25947,
    "worstArea": 194736.8215,
    "worstConcavePoints": 0.1582749603,
}
FATAL = {**OBSERVATION, "worstTexture": 0}
"""An observation at which the application in `tests.faulty` raises an exception."""

JSON = {"content-type": "application/json"}
TRACED = {**JSON, "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}
HEADERS = (
    "accept", "authorization", "baggage", "content-encoding", "cookie", "forwarded", "host",
    "origin", "referer", "tracestate", "user-agent", "x-amzn-trace-id", "x-api-key",
    "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-request-id",
)  # fmt: skip


@dataclass
class Request:
    """A request with a measurement in some part of it."""

    method: str = "POST"
    path: str = "/predict"
    query: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    def arguments(self) -> dict[str, Any]:
        """Return the arguments for a client's ``request`` method."""
        url = httpx.URL(path=self.path, query=self.query.encode())
        return {"method": self.method, "url": url, "headers": self.headers, "content": self.body}


def find_leaks(text: str) -> list[str]:
    """Return the measurements in ``text``, as eight characters with or without the point."""
    numbers = [repr(value) for value in OBSERVATION.values()]
    without_point = [number.replace(".", "").lstrip("0") for number in numbers]
    return [number[:8] for number in (*numbers, *without_point) if number[:8] in text]


def confidential(request: Request, response: httpx.Response) -> str:
    """Return the part of ``response`` that must not have a measurement: all but explanations."""
    body = response.text
    if response.status_code == 200 and request.path.startswith("/explain"):
        found = response.json()
        rows = found if isinstance(found, list) else [found]
        body = json.dumps([row for row in rows if row["status"] != "200"])
    return f"{response.headers}\n{body}"


def elements() -> Iterator[Any]:
    """Yield JSON values: observations, and what a caller may send instead of one."""
    yield OBSERVATION
    yield FATAL
    for name, value in OBSERVATION.items():
        yield {**OBSERVATION, name: str(value)}
        yield {**OBSERVATION, name: -value}
        yield {**OBSERVATION, name: [value]}
        yield {**OBSERVATION, name: {str(value): value}}
        yield {**OBSERVATION, f"{name}{value}": 1}
        yield {**OBSERVATION, str(value): value}
        yield {key: kept for key, kept in OBSERVATION.items() if key != name}
        yield value
        yield f"{name}={value}"
    yield list(OBSERVATION.values())


def requests_to(path: str, *, is_batch: bool) -> Iterator[Request]:
    """Yield requests to one endpoint."""
    for element in elements():
        content = [element, EXAMPLES["benign"], element] if is_batch else element
        yield Request(path=path, headers=JSON, body=json.dumps(content).encode())
    valid = json.dumps([OBSERVATION] if is_batch else OBSERVATION).encode()
    for body in (
        valid[:-4],
        valid.replace(b":", b"=", 1),
        valid.replace(b"}", b',"worstArea":194736.8}'),
        valid.ljust(3_000_000),
        b"[" + b",".join([valid] * 20_000) + b"]",
    ):
        yield Request(path=path, headers=JSON, body=body)
    yield Request(path=path, headers={"content-type": f"text/{CANARY}"}, body=valid)
    yield Request(path=path, query=f"worstRadius={CANARY}&{CANARY}", headers=JSON, body=valid)
    yield Request(method=CANARY, path=path)
    for name in HEADERS:
        yield Request(path=path, headers={**JSON, name: CANARY}, body=valid)
        yield Request(path=path, headers={**TRACED, name: f"a=b,{CANARY}"}, body=b"{}")


REQUESTS = [
    *(
        request
        for path, is_batch in ENDPOINTS.items()
        for request in requests_to(path, is_batch=is_batch)
    ),
    Request(path=f"/predict/{CANARY}", headers=JSON, body=json.dumps(OBSERVATION).encode()),
    Request("GET", f"/{CANARY}", f"a={CANARY}"),
    Request("GET", f"/docs/{CANARY}"),
    Request("GET", f"/card/{CANARY}"),
    Request("GET", f"/static/{CANARY}"),
    Request("GET", "/docs", CANARY),
]

FATAL_REQUESTS = [each for each in REQUESTS if json.dumps(FATAL).encode() in each.body]
"""One request per endpoint."""

_UPGRADE = f"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: {CANARY}"
RAW_REQUESTS = (
    f"GET /{CANARY} HTTP/{CANARY}\r\n\r\n",
    f"{CANARY}\r\n\r\n",
    f"GET /{CANARY} HTTP/1.1\r\n{CANARY}\r\n\r\n",
    f"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {CANARY}\r\n\r\n",
    f"GET /{CANARY}?{CANARY} HTTP/1.1\r\nHost: x\r\n{_UPGRADE}\r\n\r\n",
)
"""What a server answers by itself: invalid HTTP, and an offer to upgrade."""

EVENTS: list[Any] = [
    OBSERVATION,
    {"body": json.dumps(OBSERVATION)},
    {"body": json.dumps(FATAL)},
    {"body": json.dumps({CANARY: 1})},
    {"body": OBSERVATION},
    {**function_url.event(b""), "body": CANARY},
    {**function_url.event(b""), "headers": {"x-request-id": OBSERVATION}},
    function_url.event(json.dumps([OBSERVATION] * 30_000).encode()),
]
"""Invocations of the function, most of which are no HTTP request."""
