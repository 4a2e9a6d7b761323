"""How one figure grows with another, said in a word that is worked out from the figures."""

from collections.abc import Mapping
from math import log
from statistics import linear_regression

_MARGIN = 0.15


def exponent(points: Mapping[float, float]) -> float:
    """Return the power of the one with which the other grows: 0 is flat, 1 is linear.

    It is the slope of the straight line through the logarithms.
    """
    slope: float = linear_regression(
        [log(given) for given in points], [log(found) for found in points.values()]
    ).slope
    return slope


def shape(exponent: float) -> str:
    """Return in words what an `exponent` means, with a margin of 0.15 on either side."""
    if exponent < -_MARGIN:
        return "falls"
    if exponent <= _MARGIN:
        return "flat"
    if exponent < 1 - _MARGIN:
        return "grows, less than linearly"
    return "linear" if exponent <= 1 + _MARGIN else "grows more than linearly"
