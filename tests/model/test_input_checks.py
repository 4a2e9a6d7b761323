from dataclasses import replace
from math import inf, isnan, nan, pi
from typing import Any

import pytest

from model import InputCheck
from model.input_checks import excess, roundness

ROUND = InputCheck("roundness", ("worstArea", "worstRadius"), 0.8, 1.1, "odd")
ORDER = InputCheck("excess", ("worstConcavePoints", "meanConcavePoints"), 0.0, None, "odd")


def test_a_circle_is_round() -> None:
    assert roundness(pi * 9, 3) == pytest.approx(1.0)
    assert roundness(pi * 9, 6) == pytest.approx(0.25)


def test_without_a_radius_there_is_no_roundness() -> None:
    assert isnan(roundness(1.0, 0.0))
    assert isnan(roundness(0.0, 0.0))


def test_an_excess_is_a_difference() -> None:
    assert excess(3.0, 1.0) == 2.0


@pytest.mark.parametrize(
    ("area", "holds"),
    [(0.79, False), (0.801, True), (1.0, True), (1.099, True), (1.11, False), (nan, False)],
)
def test_a_ratio_holds_within_its_bounds(area: float, *, holds: bool) -> None:
    assert ROUND.holds(area * pi, 1.0) is holds


@pytest.mark.parametrize(
    ("worst", "holds"), [(0.09, False), (0.1, True), (1e300, True), (inf, True)]
)
def test_an_order_has_no_upper_bound(worst: float, *, holds: bool) -> None:
    assert ORDER.holds(worst, 0.1) is holds


def test_values_too_large_to_square_are_flagged() -> None:
    assert not ROUND.holds(1e308, 1e200)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": "weight"}, "there is no quantity 'weight'"),
        ({"minimum": None, "maximum": None}, "not an interval"),
        ({"minimum": 2.0}, "not an interval"),
        ({"maximum": inf}, "not an interval"),
        ({"minimum": nan}, "not an interval"),
    ],
)
def test_a_relation_that_cannot_be_checked(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        replace(ROUND, **changes)


def test_an_upper_bound_alone() -> None:
    assert replace(ROUND, minimum=None).holds(0.0, 1.0)
