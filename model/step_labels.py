"""A feature's steps in words, with limits that a person can read and compare by eye.

A threshold such as 0.020289999432861805 is the exact boundary of scikit-learn's float32
comparison. It is written 0.02029, and as 0.02029 itself lies above it, the steps are "below
0.02029" and "from 0.02029". Were 0.02029 on the other side, they would be "up to" and "above".
"""

from itertools import pairwise

from model.scorecard import Feature

DIGITS = 6
"""Significant digits of a limit, trailing zeros left out. The data have up to five."""

EXACT = 17
"""Significant digits that tell any two float64 values apart."""


def steps(feature: Feature, *values: float) -> tuple[str, ...]:
    """Return in words which values fall in each step of ``feature``.

    The words are true of every value of up to `DIGITS` digits: a limit is the threshold
    rounded to as many, so none of them lies between the two. And they are true of
    ``values``: where one is closer to a threshold, or two thresholds are closer to each
    other, the limits have more digits.
    """
    limits = _limits(feature.thresholds, values)
    pairs = tuple(zip(limits, feature.thresholds, strict=True))
    lowers = ["", *(f"{'above' if _included(*pair) else 'from'} {pair[0]}" for pair in pairs)]
    uppers = [*(f"{'up to' if _included(*pair) else 'below'} {pair[0]}" for pair in pairs), ""]
    ends = zip(lowers, uppers, strict=True)
    return tuple(", ".join(filter(None, pair)) or "any value" for pair in ends)


def number(value: float) -> str:
    """Return ``value`` as a person would write it, exactly."""
    return repr(float(value)).removesuffix(".0")


def _limits(thresholds: tuple[float, ...], values: tuple[float, ...]) -> tuple[str, ...]:
    """Return ``thresholds`` with as few digits as tell them and ``values`` apart."""
    candidates = (
        tuple(f"{threshold:.{digits}g}" for threshold in thresholds)
        for digits in range(DIGITS, EXACT + 1)
    )
    return next(limits for limits in candidates if _told_apart(limits, thresholds, values))


def _told_apart(
    limits: tuple[str, ...], thresholds: tuple[float, ...], values: tuple[float, ...]
) -> bool:
    distinct = all(float(lower) < float(upper) for lower, upper in pairwise(limits))
    pairs = tuple(zip(limits, thresholds, strict=True))
    return distinct and all(
        _left(value, *pair) == (value <= pair[1]) for pair in pairs for value in values
    )


def _left(value: float, limit: str, threshold: float) -> bool:
    """Return whether the words put ``value`` on the left of ``limit``."""
    return value <= float(limit) if _included(limit, threshold) else value < float(limit)


def _included(limit: str, threshold: float) -> bool:
    """Return whether ``limit`` itself falls in the step on its left."""
    return float(limit) <= threshold
