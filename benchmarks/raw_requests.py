"""Raw HTTP requests of the reliability benchmark, with the responses they must get."""

import json
import random
from collections.abc import Iterator, Sequence
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


def _head(*headers: str, path: str = "/predict", content_type: str = "application/json") -> bytes:
    lines = (f"POST {path} HTTP/1.1", "Host: localhost", f"Content-Type: {content_type}")
    return "\r\n".join((*lines, *headers, "", "")).encode()


def _post(body: bytes, **head: str) -> bytes:
    return _head(f"Content-Length: {len(body)}", **head) + body


_MALIGNANT, _BENIGN, *_ = (named(values) for values in KNOWN)
_BODY = json.dumps(_MALIGNANT).encode()


def _changed(**changes: Any) -> bytes:
    return json.dumps({**_MALIGNANT, **changes}).encode()


VALID: Sequence[RawRequest] = tuple(
    RawRequest("valid", _post(json.dumps(observation).encode(), path=path), 200, prediction)
    for observation, prediction in ((_MALIGNANT, 1), (_BENIGN, 0))
    for path in ("/predict", "/")
)

_INVALID_BODIES = (
    b"",
    b"{}",
    b"[]",
    b'{"worstArea":',
    b"\xff\xfe",
    b"[" * 10_000,
    _changed(name="Jane Doe"),
    *(_changed(worstArea=value) for value in ("1866.0", -1, None, float("nan"))),
)

INVALID: Sequence[RawRequest] = (
    *(RawRequest("invalid", _post(body), 400) for body in _INVALID_BODIES),
    RawRequest("invalid", _post(b"{}", path="/nowhere"), 404),
    RawRequest("invalid", b"GET /predict HTTP/1.1\r\nHost: localhost\r\n\r\n", 405),
    RawRequest("invalid", _post(b"{}", content_type="text/plain"), 415),
)

_TOO_MANY = BODY_LIMIT + 1

# Declared, with the beginning of the body; and chunked, up to the first byte too many.
_OVERSIZED = (
    _head(f"Content-Length: {_TOO_MANY}") + b" " * 1000,
    _head("Transfer-Encoding: chunked") + b"%x\r\n" % _TOO_MANY + b" " * _TOO_MANY,
)

OVERSIZED: Sequence[RawRequest] = tuple(RawRequest("oversized", data, 413) for data in _OVERSIZED)

EXPECT_CONTINUE = RawRequest(
    "valid", _head(f"Content-Length: {len(_BODY)}", "Expect: 100-continue"), 200, 1, _BODY
)
"""The service confirms that it has accepted this request before the body is sent."""


def mixed(count: int) -> Iterator[RawRequest]:
    """Yield 80 % valid, 19 % invalid and 1 % oversized requests, the same on each call."""
    generator = random.Random(0)  # noqa: S311
    for _ in range(count):
        [group] = generator.choices((VALID, INVALID, OVERSIZED), (80, 19, 1))
        yield generator.choice(group)
