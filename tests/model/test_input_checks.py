from dataclasses import replace
from math import inf, nan, pi
from typing import Any

import pytest

from model import InputCheck

ROUNDNESS = InputCheck("roundness", ("worstArea", "worstRadius"), 0.8, 1.1, "odd")
EXCESS = InputCheck("excess", ("worstConcavePoints", "meanConcavePoints"), 0.0, None, "odd")


@pytest.mark.parametrize(
    ("check", "values", "expected"),
    [
        (ROUNDNESS, (0.79 * pi, 1.0), False),
        (ROUNDNESS, (0.801 * pi, 1.0), True),
        (ROUNDNESS, (9 * pi, 3.0), True),
        (ROUNDNESS, (1.099 * pi, 1.0), True),
        (ROUNDNESS, (1.11 * pi, 1.0), False),
        (ROUNDNESS, (nan, 1.0), False),
        (ROUNDNESS, (0.0, 0.0), False),
        (ROUNDNESS, (1e308, 1e200), False),  # The radius overflows when squared.
        (replace(ROUNDNESS, minimum=None), (0.0, 1.0), True),
        (EXCESS, (0.09, 0.1), False),
        (EXCESS, (0.1, 0.1), True),
        (EXCESS, (1e300, 0.1), True),
        (EXCESS, (inf, 0.1), True),
    ],
)
def test_a_check_holds_within_its_bounds(
    check: InputCheck, values: tuple[float, ...], *, expected: bool
) -> None:
    assert check.holds(*values) is expected


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": "weight"}, "unknown formula 'weight'"),
        ({"minimum": None, "maximum": None}, "'roundness' are not an interval"),
        ({"minimum": 2.0}, "not an interval"),
        ({"maximum": inf}, "not an interval"),
        ({"minimum": nan}, "not an interval"),
    ],
)
def test_rejects_an_unknown_formula_or_invalid_bounds(
    changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        replace(ROUNDNESS, **changes)
