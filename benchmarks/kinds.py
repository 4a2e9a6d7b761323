"""The requests that the reliability benchmark sends, as bytes, each with its right answer."""

import json
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.observation import EXAMPLES

BODY_LIMIT = 2 * 1024 * 1024
"""Bytes that a body may have; the service is started with this setting."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One request and the answer that it is to get.

    Attributes:
        name: ``good``, ``bad`` or ``oversized``.
        request: What is sent at once.
        status: The HTTP status of the answer.
        prediction: What the answer says under this key; empty in a refusal.
        body: What is sent when the service says ``100 Continue``.
    """

    name: str
    request: bytes
    status: int
    prediction: int | str = ""
    body: bytes = b""


def _head(length: str, path: str = "/predict", extra: str = "") -> bytes:
    lines = (f"POST {path} HTTP/1.1", "Host: 127.0.0.1", "Content-Type: application/json")
    return (
        "\r\n".join((*lines, length, extra) if extra else (*lines, length)).encode() + b"\r\n\r\n"
    )


def _post(body: bytes, path: str = "/predict", extra: str = "") -> bytes:
    return _head(f"Content-Length: {len(body)}", path, extra) + body


def _observation(changes: Mapping[str, Any]) -> bytes:
    return json.dumps({**EXAMPLES["malignant"], **changes}).encode()


GOOD: Sequence[Kind] = tuple(
    Kind("good", _post(json.dumps(EXAMPLES[name]).encode(), path), 200, prediction)
    for name, prediction in (("malignant", 1), ("benign", 0))
    for path in ("/predict", "/")
)

_BAD_BODIES = (
    b"",
    b"{}",
    b"[]",
    b'{"worstArea":',
    b"\xff\xfe",
    b"[" * 10_000,
    _observation({"worstArea": "1866.0"}),
    _observation({"worstArea": -1}),
    _observation({"worstArea": None}),
    _observation({"worstArea": float("nan")}),
    _observation({"name": "Jane Doe"}),
)

BAD: Sequence[Kind] = (
    *(Kind("bad", _post(body), 400) for body in _BAD_BODIES),
    Kind("bad", _post(b"{}", "/nowhere"), 404),
    Kind("bad", b"GET /predict HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", 405),
    Kind("bad", _post(b"{}").replace(b"application/json", b"text/plain"), 415),
)

OVERSIZED: Sequence[Kind] = (
    # Declared, of which some is sent; and not declared, up to the first byte too many.
    Kind("oversized", _head(f"Content-Length: {BODY_LIMIT + 1}") + b" " * 1000, 413),
    Kind(
        "oversized",
        _head("Transfer-Encoding: chunked")
        + b"%x\r\n" % (BODY_LIMIT + 1)
        + b" " * (BODY_LIMIT + 1),
        413,
    ),
)

_WEIGHTS = {"good": 80, "bad": 19, "oversized": 1}

_EXPECT = "Expect: 100-continue"
_BODY = json.dumps(EXAMPLES["malignant"]).encode()

ASKING = Kind("good", _head(f"Content-Length: {len(_BODY)}", extra=_EXPECT), 200, 1, _BODY)
"""It asks whether the service begins to handle it, and counts as accepted if it does."""


def mixture(requests: int) -> Iterator[Kind]:
    """Yield so many requests of all kinds, by chance but the same ones each time."""
    chance = random.Random(0)  # noqa: S311
    groups = {kind.name: tuple(group) for group in (GOOD, BAD, OVERSIZED) for kind in group}
    names, weights = list(_WEIGHTS), list(_WEIGHTS.values())
    for _ in range(requests):
        [name] = chance.choices(names, weights)
        yield chance.choice(groups[name])
