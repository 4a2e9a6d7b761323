"""Raw HTTP requests of the reliability benchmark, with the responses they must get."""

import json
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.requests import KNOWN, named

BODY_LIMIT = 2 * 1024 * 1024
"""Size limit of a body, in bytes; the service is started with this setting."""


@dataclass(frozen=True, slots=True)
class RawRequest:
    """A request and its expected response.

    Attributes:
        category: ``valid``, ``invalid`` or ``oversized``.
        data: Bytes to send at once.
        status: Expected status.
        prediction: Expected prediction; empty in an error response.
        body: Bytes to send after ``100 Continue``.
    """

    category: str
    data: bytes
    status: int
    prediction: int | str = ""
    body: bytes = b""


def _head(framing: str, path: str = "/predict", *more: str) -> bytes:
    lines = (f"POST {path} HTTP/1.1", "Host: localhost", "Content-Type: application/json")
    return "\r\n".join((*lines, framing, *more, "", "")).encode()


def _post(body: bytes, path: str = "/predict") -> bytes:
    return _head(f"Content-Length: {len(body)}", path) + body


_VALID, _BENIGN, *_ = (named(values) for values in KNOWN)
_BODY = json.dumps(_VALID).encode()


def _changed(changes: Mapping[str, Any]) -> bytes:
    return json.dumps({**_VALID, **changes}).encode()


VALID: Sequence[RawRequest] = tuple(
    RawRequest("valid", _post(json.dumps(observation).encode(), path), 200, prediction)
    for observation, prediction in ((_VALID, 1), (_BENIGN, 0))
    for path in ("/predict", "/")
)

INVALID_BODIES = (
    b"",
    b"{}",
    b"[]",
    b'{"worstArea":',
    b"\xff\xfe",
    b"[" * 10_000,
    _changed({"worstArea": "1866.0"}),
    _changed({"worstArea": -1}),
    _changed({"worstArea": None}),
    _changed({"worstArea": float("nan")}),
    _changed({"name": "Jane Doe"}),
)

INVALID: Sequence[RawRequest] = (
    *(RawRequest("invalid", _post(body), 400) for body in INVALID_BODIES),
    RawRequest("invalid", _post(b"{}", "/nowhere"), 404),
    RawRequest("invalid", b"GET /predict HTTP/1.1\r\nHost: localhost\r\n\r\n", 405),
    RawRequest("invalid", _post(b"{}").replace(b"application/json", b"text/plain"), 415),
)

_TOO_MANY = BODY_LIMIT + 1

OVERSIZED: Sequence[RawRequest] = (
    # Declared, with the beginning of the body; and chunked, up to the first byte too many.
    RawRequest("oversized", _head(f"Content-Length: {_TOO_MANY}") + b" " * 1000, 413),
    RawRequest(
        "oversized",
        _head("Transfer-Encoding: chunked") + b"%x\r\n" % _TOO_MANY + b" " * _TOO_MANY,
        413,
    ),
)

EXPECT_CONTINUE = RawRequest(
    "valid",
    _head(f"Content-Length: {len(_BODY)}", "/predict", "Expect: 100-continue"),
    200,
    1,
    _BODY,
)
"""The service confirms that it has accepted this request before the body is sent."""


def mixed(count: int) -> Iterator[RawRequest]:
    """Yield 80 % valid, 19 % invalid and 1 % oversized requests, the same on each call."""
    generator = random.Random(0)  # noqa: S311
    for _ in range(count):
        [group] = generator.choices((VALID, INVALID, OVERSIZED), (80, 19, 1))
        yield generator.choice(group)
