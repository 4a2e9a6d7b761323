"""Headers that go with every answer, unless the answer has its own."""

from collections.abc import Iterable

HEADERS: tuple[tuple[bytes, bytes], ...] = (
    # An answer about a patient is kept by no browser and no proxy on the way.
    (b"cache-control", b"no-store"),
    # An answer is data: whatever is made of it, it loads, runs, sends and frames nothing.
    (
        b"content-security-policy",
        b"default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
)
"""Names in lower case, as ASGI has them, and values."""

_NAMES = frozenset(name for name, _ in HEADERS)


def complete(headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """Return ``headers`` and those of `HEADERS` that are not among them."""
    found = list(headers)
    for name, _ in found:
        if name in _NAMES:
            own = dict(found)
            return found + [header for header in HEADERS if header[0] not in own]
    return [*found, *HEADERS]  # Nearly every answer.
