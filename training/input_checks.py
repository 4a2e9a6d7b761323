"""Learn from the training data how the measurements of one scan relate."""

from math import ceil, floor

from model.input_checks import InputCheck, excess, roundness
from training.dataset import Dataset

# worst = mean of the three largest values, so of the same quantity it is at least the mean.
_CONCAVE_POINTS = (
    "The worst concave points are below the mean concave points, which the three largest values "
    "of a scan cannot be; one of the two is probably mistyped or mixed up."
)
_AREA = (
    "The worst area does not fit the worst radius: in every patient of the data it was {minimum} "
    "to {maximum} times the area of a circle with that radius."
)


def learn_input_checks(data: Dataset) -> tuple[InputCheck, ...]:
    """Return the relations that hold for every row of ``data.train``.

    The bounds of a ratio are rounded outwards to two decimals.
    """
    patients = [dict(zip(data.columns, row, strict=True)) for row in data.train.tolist()]
    least = min(
        excess(patient["worst concave points"], patient["mean concave points"])
        for patient in patients
    )
    ratios = [roundness(patient["worst area"], patient["worst radius"]) for patient in patients]
    minimum, maximum = floor(min(ratios) * 100) / 100, ceil(max(ratios) * 100) / 100
    return (
        InputCheck(
            "excess", ("worstConcavePoints", "meanConcavePoints"), least, None, _CONCAVE_POINTS
        ),
        InputCheck(
            "roundness",
            ("worstArea", "worstRadius"),
            minimum,
            maximum,
            _AREA.format(minimum=minimum, maximum=maximum),
        ),
    )
