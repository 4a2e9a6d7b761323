from math import nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model import Band


@pytest.mark.parametrize(
    ("probability", "decision"),
    [(0.0999, "benign"), (0.1, "refer"), (0.8, "refer"), (0.8001, "malignant")],
)
def test_the_limits_belong_to_the_band(probability: float, decision: str) -> None:
    assert Band(0.1, 0.8).decision(probability) == decision


@given(st.floats(0, 1), st.floats(0, 0.5), st.floats(0.5, 1))
def test_a_decision_never_contradicts_the_label(
    probability: float, lower: float, upper: float
) -> None:
    allowed = {"benign": probability < 0.5, "malignant": probability > 0.5, "refer": True}
    assert allowed[Band(lower, upper).decision(probability)]


@pytest.mark.parametrize(
    "limits", [(0.6, 0.8), (0.1, 0.4), (-0.1, 0.8), (0.1, 1.1), (nan, 0.8), (0.1, nan)]
)
def test_rejects_a_band_without_one_half_or_beyond_0_and_1(limits: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match=r"must contain 0\.5 and lie within 0 and 1"):
        Band(*limits)
