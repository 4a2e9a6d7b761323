"""Measurements that nothing writes by chance, and every way in which a caller can send them.

To have another endpoint tried, name it in `ENDPOINTS`.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from app.observation import EXAMPLES
from tests import function_url

MEASURED = {
    "meanConcavePoints": 0.0739184625,
    "worstRadius": 72371.946538,
    "worstTexture": 31860.25947,
    "worstArea": 194736.8215,
    "worstConcavePoints": 0.1582749603,
}
ENDPOINTS = {
    "/predict": False,
    "/": False,
    "/explain": False,
    "/predict/batch": True,
    "/explain/batch": True,
}
"""Each path that takes observations, and whether it takes an array of them."""

ECHOING = {"/explain", "/explain/batch"}
"""The endpoints that are asked to show the values that they explain."""

FATAL = {**MEASURED, "worstTexture": 0}
"""What the service under test fails on."""

CANARY = "72371.946538"


def found(text: str) -> list[str]:
    """Return the measured values that ``text`` has, with or without their point."""
    texts = [repr(value) for value in MEASURED.values()]
    spelled = [text[:8] for text in texts] + [
        text.replace(".", "").lstrip("0")[:8] for text in texts
    ]
    return [each for each in spelled if each in text]


@dataclass
class Asked:
    """A request."""

    method: str = "POST"
    path: str = "/predict"
    query: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


JSON = {"content-type": "application/json"}
TRACED = {**JSON, "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}
HEADERS = (
    "accept", "authorization", "baggage", "content-encoding", "cookie", "forwarded", "host",
    "origin", "referer", "tracestate", "user-agent", "x-amzn-trace-id", "x-api-key",
    "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-request-id",
)  # fmt: skip


def observations() -> Iterator[Any]:
    """Yield observations and what should be some."""
    yield MEASURED
    yield FATAL
    for name, value in MEASURED.items():
        yield {**MEASURED, name: str(value)}
        yield {**MEASURED, name: -value}
        yield {**MEASURED, name: [value]}
        yield {**MEASURED, name: {str(value): value}}
        yield {**MEASURED, f"{name}{value}": 1}
        yield {**MEASURED, str(value): value}
        yield {key: kept for key, kept in MEASURED.items() if key != name}
        yield value
        yield f"{name}={value}"
    yield list(MEASURED.values())


def requests() -> Iterator[Asked]:
    for path, takes_array in ENDPOINTS.items():
        for each in observations():
            sent = [each, EXAMPLES["benign"], each] if takes_array else each
            yield Asked(path=path, headers=JSON, body=json.dumps(sent).encode())
        whole = json.dumps([MEASURED] if takes_array else MEASURED).encode()
        yield Asked(path=path, headers=JSON, body=whole[:-4])
        yield Asked(path=path, headers=JSON, body=whole.replace(b":", b"=", 1))
        yield Asked(path=path, headers=JSON, body=whole.replace(b"}", b',"worstArea":194736.8}'))
        yield Asked(path=path, headers=JSON, body=whole.ljust(3_000_000))
        yield Asked(path=path, headers=JSON, body=b"[" + b",".join([whole] * 20_000) + b"]")
        yield Asked(path=path, headers={"content-type": f"text/{CANARY}"}, body=whole)
        yield Asked(path=path, query=f"worstRadius={CANARY}&{CANARY}", headers=JSON, body=whole)
        yield Asked(method=CANARY, path=path)
        for name in HEADERS:
            yield Asked(path=path, headers={**JSON, name: CANARY}, body=whole)
            yield Asked(path=path, headers={**TRACED, name: f"a=b,{CANARY}"}, body=b"{}")
    yield Asked(path=f"/predict/{CANARY}", headers=JSON, body=json.dumps(MEASURED).encode())
    yield Asked("GET", f"/{CANARY}", f"a={CANARY}")
    yield Asked("GET", f"/docs/{CANARY}")
    yield Asked("GET", "/docs", CANARY)


ALL = list(requests())
EVENTS: list[Any] = [
    MEASURED,
    {"body": json.dumps(MEASURED)},
    {"body": json.dumps(FATAL)},
    {"body": json.dumps({CANARY: 1})},
    {"body": MEASURED},
    {**function_url.event(b""), "body": CANARY},
    {**function_url.event(b""), "headers": {"x-request-id": MEASURED}},
    function_url.event(json.dumps([MEASURED] * 30_000).encode()),
]
