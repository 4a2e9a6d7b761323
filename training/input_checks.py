"""Learn the bounds of the input checks from the training data."""

from collections.abc import Callable
from math import ceil, floor

from model.input_checks import InputCheck, excess, roundness
from training.dataset import Dataset

# The worst value is the mean of the three largest, so it cannot be below the overall mean.
_CONCAVE_POINTS = (
    "The worst concave points are below the mean concave points, which the three largest values "
    "of a scan cannot be; one of the two is probably mistyped or mixed up."
)
_AREA = (
    "The worst area does not fit the worst radius: in every patient of the data it was {minimum} "
    "to {maximum} times the area of a circle with that radius."
)


def learn_input_checks(data: Dataset) -> tuple[InputCheck, ...]:
    """Return input checks that every row of ``data.train`` passes.

    The bounds of the roundness are rounded outwards to two decimals.
    """
    least = min(_evaluate(data, excess, "worst concave points", "mean concave points"))
    ratios = _evaluate(data, roundness, "worst area", "worst radius")
    minimum, maximum = floor(min(ratios) * 100) / 100, ceil(max(ratios) * 100) / 100
    message = _AREA.format(minimum=minimum, maximum=maximum)
    points = ("worstConcavePoints", "meanConcavePoints")
    return (
        InputCheck("excess", points, least, None, _CONCAVE_POINTS),
        InputCheck("roundness", ("worstArea", "worstRadius"), minimum, maximum, message),
    )


def _evaluate(data: Dataset, formula: Callable[..., float], *columns: str) -> list[float]:
    return [formula(*row) for row in data.select(columns).train.tolist()]
