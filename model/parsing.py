"""Measurements written as text, on a command line or in a file."""

from collections.abc import Sequence
from math import isfinite


def parse_values(texts: Sequence[str]) -> tuple[float, ...]:
    """Return the measurements that ``texts``, at least one of them, are.

    A number is decimal, in ASCII, with a point if with anything, and may have an exponent,
    as spreadsheets, R and Python write it; spaces around it don't matter. That is what
    Python reads as a float, but for `1_000`, and for the digits of other scripts.

    Raises:
        ValueError: One isn't a number, isn't finite or is below 0. The message doesn't
            repeat it.
    """
    together = " ".join(texts)
    if "_" in together or not together.isascii():
        raise ValueError("a measurement must be a decimal number")
    try:
        values = tuple(map(float, texts))
    except ValueError:
        raise ValueError("a measurement must be a decimal number") from None
    # A sum is quicker to look at, and is not finite unless all are; finite ones may overflow it.
    if min(values) < 0 or not (isfinite(sum(values)) or all(map(isfinite, values))):
        raise ValueError("a measurement must be a finite number, 0 or more")
    return values
