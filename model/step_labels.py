"""Text for a feature's steps, such as "from 0.02029, up to 0.05128".

A threshold such as 0.020289999432861805 is the exact boundary of scikit-learn's float32
comparison. The label shows it rounded, as 0.02029. Because 0.02029 itself lies above the
threshold, the steps are "below 0.02029" and "from 0.02029". If it lay on the other side, they
would be "up to 0.02029" and "above 0.02029".
"""

from itertools import pairwise

from model.scorecard import Feature

LIMIT_DIGITS = 6
"""Significant digits of a limit, without trailing zeros. The data have up to five."""

EXACT_DIGITS = 17
"""Significant digits that distinguish any two float64 values."""


def step_labels(feature: Feature, *values: float) -> tuple[str, ...]:
    """Return one label per step of ``feature``.

    The labels are true for every value of up to `LIMIT_DIGITS` digits, because no such value
    lies between a threshold and its rounded limit. They are also true for ``values``: the
    limits get more digits where ``values`` or neighbouring thresholds require it.
    """
    limits = _limits(feature.thresholds, values)
    pairs = tuple(zip(limits, feature.thresholds, strict=True))
    lower = ["", *(f"{'above' if _is_inclusive(*pair) else 'from'} {pair[0]}" for pair in pairs)]
    upper = [*(f"{'up to' if _is_inclusive(*pair) else 'below'} {pair[0]}" for pair in pairs), ""]
    ends = zip(lower, upper, strict=True)
    return tuple(", ".join(filter(None, pair)) or "any value" for pair in ends)


def format_number(value: float) -> str:
    """Return ``value`` exactly, without a trailing ".0"."""
    return repr(float(value)).removesuffix(".0")


def _limits(thresholds: tuple[float, ...], values: tuple[float, ...]) -> tuple[str, ...]:
    """Return ``thresholds`` rounded to the fewest digits that give true labels."""
    candidates = (
        tuple(f"{threshold:.{digits}g}" for threshold in thresholds)
        for digits in range(LIMIT_DIGITS, EXACT_DIGITS + 1)
    )
    return next(limits for limits in candidates if _are_true(limits, thresholds, values))


def _are_true(
    limits: tuple[str, ...], thresholds: tuple[float, ...], values: tuple[float, ...]
) -> bool:
    increasing = all(float(lower) < float(upper) for lower, upper in pairwise(limits))
    pairs = tuple(zip(limits, thresholds, strict=True))
    return increasing and all(
        _is_below(value, *pair) == (value <= pair[1]) for pair in pairs for value in values
    )


def _is_below(value: float, limit: str, threshold: float) -> bool:
    """Return whether the labels place ``value`` in the step below ``limit``."""
    return value <= float(limit) if _is_inclusive(limit, threshold) else value < float(limit)


def _is_inclusive(limit: str, threshold: float) -> bool:
    """Return whether ``limit`` itself belongs to the step below it."""
    return float(limit) <= threshold
