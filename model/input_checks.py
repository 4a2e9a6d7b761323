"""What the training data had in common, so that a scan unlike it can be told.

A prediction is made in any case: these say how far it can be trusted.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import inf, isfinite, nan, pi
from typing import Literal


@dataclass(frozen=True, slots=True)
class InputWarning:
    """Something about one observation that a person should check.

    Attributes:
        code: The kind: a value outside of its training range, or values that do not fit
            each other.
        features: The request names that it is about.
        message: What is unusual, in words. It never repeats a measured value.
    """

    code: Literal["outsideTrainingRange", "implausible"]
    features: tuple[str, ...]
    message: str


@dataclass(frozen=True, slots=True)
class InputCheck:
    """How two measurements of one scan relate in everybody that the data hold.

    Attributes:
        name: Which quantity of `FORMULAS` it bounds.
        features: The request names of the measurements that it is derived from.
        minimum: The least value of the quantity, or None if it has no lower bound.
        maximum: Its greatest value, or None if it has no upper bound.
        message: What it means when an observation is outside, in words.

    Raises:
        ValueError: There is no such quantity, or the bounds are not an interval.
    """

    name: str
    features: tuple[str, ...]
    minimum: float | None
    maximum: float | None
    message: str

    def __post_init__(self) -> None:
        """Refuse a relation that cannot be checked."""
        if self.name not in FORMULAS:
            raise ValueError(f"there is no quantity {self.name!r}")
        bounds = [bound for bound in (self.minimum, self.maximum) if bound is not None]
        if not bounds or not all(map(isfinite, bounds)) or sorted(bounds) != bounds:
            raise ValueError(f"relation {self.name!r} has bounds that are not an interval")

    def holds(self, *measured: float) -> bool:
        """Return whether one scan's values of `features`, in that order, are within the bounds."""
        lower, upper = self.bounds
        return lower <= FORMULAS[self.name](*measured) <= upper  # A NaN is within no bounds.

    @property
    def bounds(self) -> tuple[float, float]:
        """The least and the greatest value of the quantity, infinite where there is none."""
        return (
            -inf if self.minimum is None else self.minimum,
            inf if self.maximum is None else self.maximum,
        )


def excess(larger: float, smaller: float) -> float:
    """Return by how much ``larger`` exceeds ``smaller``, in their unit."""
    return larger - smaller


def roundness(area: float, radius: float) -> float:
    """Return ``area`` as a share of a circle's with ``radius``: 1 for a circle."""
    circle = pi * radius * radius
    return area / circle if circle else nan


FORMULAS: Mapping[str, Callable[..., float]] = {"excess": excess, "roundness": roundness}
"""What a relation may bound, by name."""
