"""Checks that compare an observation with the training data.

They never prevent a prediction. A failed check becomes a warning.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import inf, isfinite, nan, pi
from typing import Literal


@dataclass(frozen=True, slots=True)
class InputWarning:
    """Something unusual about one observation that a person should check.

    Attributes:
        code: "outsideTrainingRange" if a value lies outside its training range, "implausible"
            if values do not fit each other.
        features: Names of the features concerned.
        message: Description for a person. It never contains a measured value.
    """

    code: Literal["outsideTrainingRange", "implausible"]
    features: tuple[str, ...]
    message: str


@dataclass(frozen=True, slots=True)
class InputCheck:
    """Bounds on a formula of several measurements that all training data satisfy.

    Attributes:
        name: The formula, a key of `FORMULAS`.
        features: Names of the features passed to the formula, in its order.
        minimum: Smallest accepted result, or None.
        maximum: Largest accepted result, or None.
        message: Message of the warning when the check fails.

    Raises:
        ValueError: The formula is unknown, or the bounds are not an interval.
    """

    name: str
    features: tuple[str, ...]
    minimum: float | None
    maximum: float | None
    message: str

    def __post_init__(self) -> None:
        """Validate the formula and its bounds."""
        if self.name not in FORMULAS:
            raise ValueError(f"unknown formula {self.name!r}")
        bounds = [bound for bound in (self.minimum, self.maximum) if bound is not None]
        if not bounds or not all(map(isfinite, bounds)) or sorted(bounds) != bounds:
            raise ValueError(f"the bounds of input check {self.name!r} are not an interval")

    def holds(self, *values: float) -> bool:
        """Return whether the formula of ``values`` is within the bounds; False if it is NaN."""
        lower, upper = self.bounds
        return lower <= FORMULAS[self.name](*values) <= upper

    @property
    def bounds(self) -> tuple[float, float]:
        """The minimum and maximum, infinite where there is none."""
        return (
            -inf if self.minimum is None else self.minimum,
            inf if self.maximum is None else self.maximum,
        )


def excess(larger: float, smaller: float) -> float:
    """Return ``larger - smaller``."""
    return larger - smaller


def roundness(area: float, radius: float) -> float:
    """Return ``area`` divided by the area of a circle with ``radius``; NaN without a radius."""
    circle = pi * radius * radius
    return area / circle if circle else nan


FORMULAS: Mapping[str, Callable[..., float]] = {"excess": excess, "roundness": roundness}
"""Formulas that an input check can bound, by name."""
