"""Parse measurements from text: command-line arguments or cells of a CSV."""

from collections.abc import Sequence
from math import isfinite


def parse_values(texts: Sequence[str]) -> tuple[float, ...]:
    """Return ``texts``, at least one, as finite numbers of 0 or more.

    Accepts ASCII decimal numbers with an optional point and exponent, and spaces around them:
    the notation of spreadsheets, R and Python. Python's underscores (``1_000``) and digits of
    other scripts are rejected.

    Raises:
        ValueError: A text is not such a number. The message does not repeat it.
    """
    joined = " ".join(texts)
    if "_" in joined or not joined.isascii():
        raise ValueError("a measurement must be a decimal number")
    try:
        values = tuple(map(float, texts))
    except ValueError:
        raise ValueError("a measurement must be a decimal number") from None
    # Fast path: a finite sum has only finite terms. Finite terms can overflow, hence the second.
    if min(values) < 0 or not (isfinite(sum(values)) or all(map(isfinite, values))):
        raise ValueError("a measurement must be a finite number, 0 or more")
    return values
