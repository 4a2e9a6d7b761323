from dataclasses import replace
from math import exp, inf, nan, nextafter, pi
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import model
from model import Feature, InputWarning

SCORECARD = model.load()
BENIGN = (0.03821, 14.97, 24.64, 677.9, 0.1015)
MALIGNANT = (0.07951, 24.86, 26.58, 1866.0, 0.01)
finite = st.floats(allow_nan=False, allow_infinity=False)
observations = st.tuples(*[finite] * 5)
plausible = st.tuples(*(st.floats(0, 1.1 * each.maximum) for each in SCORECARD.features))


def feature(**changes: Any) -> Feature:
    fields: dict[str, Any] = {
        "name": "worstArea",
        "column": "worst area",
        "description": "an area",
        "minimum": 1.0,
        "maximum": 9.0,
        "thresholds": (2.0, 4.0),
        "points": (-1.0, 0.5, 3.0),
    }
    return Feature(**{**fields, **changes})


@given(observations)
def test_probability_label_and_decision_follow_from_the_score(values: tuple[float, ...]) -> None:
    result = SCORECARD.predict(values)
    methods = (SCORECARD.score, SCORECARD.probability, SCORECARD.label, SCORECARD.decision)
    assert tuple(method(values) for method in methods) == result == SCORECARD.result(result.score)
    score, probability, label, decision = result
    assert 0.0 < probability < 1.0
    assert probability == pytest.approx(exp(score) / (1 + exp(score)), rel=1e-12)
    assert label == (1 if probability >= 0.5 else 0)
    assert decision in ("refer", SCORECARD.classes[label])
    assert (decision == "refer") == (SCORECARD.band.lower <= probability <= SCORECARD.band.upper)


def test_a_score_of_zero_is_malignant_as_in_scikit_learn() -> None:
    constant = feature(thresholds=(), points=(0.0,))
    undecided = replace(SCORECARD, features=(constant,), input_checks=(), intercept=0.0)
    assert undecided.predict((5.0,))[:3] == (0.0, 0.5, 1)


def test_a_threshold_belongs_to_the_step_below_it() -> None:
    area = feature()
    assert area.contribution(nextafter(2.0, -inf)) == area.contribution(2.0) == -1.0
    assert area.contribution(nextafter(2.0, inf)) == area.contribution(4.0) == 0.5
    assert area.contribution(nextafter(4.0, inf)) == 3.0


@given(observations)
def test_contributions_add_up_to_the_score_to_the_last_bit(values: tuple[float, ...]) -> None:
    contributions = SCORECARD.contributions(values)
    assert list(contributions) == [each.name for each in SCORECARD.features]
    total = SCORECARD.intercept
    for points in contributions.values():
        total += points
    assert total == SCORECARD.score(values)


def test_only_implausible_observations_have_a_warning() -> None:
    assert SCORECARD.warnings(BENIGN) == ()
    [warning] = SCORECARD.warnings(MALIGNANT)
    assert warning.code == "implausible"
    assert warning.features == ("worstConcavePoints", "meanConcavePoints")
    assert "below the mean concave points" in warning.message


@pytest.mark.parametrize("position", range(5))
@pytest.mark.parametrize("side", ["below", "above"])
def test_a_value_outside_its_training_range_has_a_warning(position: int, side: str) -> None:
    outside = SCORECARD.features[position]
    value = outside.minimum - 1 if side == "below" else outside.maximum + 1
    assert outside.in_range(outside.minimum)
    assert outside.in_range(outside.maximum)
    assert not outside.in_range(value)
    assert InputWarning(
        "outsideTrainingRange",
        (outside.name,),
        f"The value of {outside.column} is {side} the range of the patients that the model "
        f"was trained on ({outside.minimum:g} to {outside.maximum:g}).",
    ) in SCORECARD.warnings((*MALIGNANT[:position], value, *MALIGNANT[position + 1 :]))


@given(st.floats(1, 1e6), st.floats(1, 1e6))
def test_an_area_that_does_not_fit_the_radius_has_a_warning(radius: float, area: float) -> None:
    warnings = SCORECARD.warnings((0.1, radius, 25.0, area, 0.2))
    expected = not 0.81 <= area / (pi * radius * radius) <= 1.06
    assert expected == any(each.features == ("worstArea", "worstRadius") for each in warnings)


@given(st.lists(plausible | observations, max_size=20))
@example([])
@example([MALIGNANT, MALIGNANT])
def test_rows_have_the_warnings_of_each_observation(rows: list[tuple[float, ...]]) -> None:
    assert SCORECARD.warnings_for_rows(rows) == [SCORECARD.warnings(row) for row in rows]


@pytest.mark.parametrize("value", [nan, inf, -inf])
@pytest.mark.parametrize("position", range(5))
@pytest.mark.parametrize(
    "method", ["predict", "score", "probability", "label", "contributions", "decision"]
)
def test_rejects_a_value_that_is_not_finite(method: str, position: int, value: float) -> None:
    values = [*MALIGNANT]
    values[position] = value
    name = SCORECARD.features[position].name
    with pytest.raises(ValueError, match=f"^'{name}' must be a finite number$"):
        getattr(SCORECARD, method)(values)


@pytest.mark.parametrize("count", [0, 4, 6])
def test_rejects_a_wrong_number_of_values(count: int) -> None:
    values = (1.0,) * count
    for method in (SCORECARD.score, SCORECARD.contributions, SCORECARD.warnings):
        with pytest.raises(ValueError, match="zip"):
            method(values)
    for rows in ([values], [values, values], [MALIGNANT, values]):
        with pytest.raises(ValueError, match="zip"):
            SCORECARD.warnings_for_rows(rows)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"points": (1.0, 2.0)}, "one more point than thresholds"),
        ({"points": (1.0, 2.0, nan)}, "not finite"),
        ({"points": (1.0, 2.0, "3")}, "not finite"),
        ({"thresholds": (4.0, 2.0)}, "do not increase"),
        ({"thresholds": (2.0, 2.0)}, "do not increase"),
        ({"thresholds": (2.0, inf)}, "not finite"),
        ({"minimum": 10.0}, "minimum above its maximum"),
        ({"maximum": None}, "not finite"),
    ],
)
def test_rejects_an_invalid_step_function(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        feature(**changes)


def test_rejects_an_input_check_of_an_unknown_feature() -> None:
    with pytest.raises(ValueError, match="input check 'excess' refers to an unknown feature"):
        replace(SCORECARD, features=SCORECARD.features[1:])


def test_decreasing_steps_add_less_than_the_step_before() -> None:
    assert feature().decreasing_steps() == ()
    assert feature(points=(1.0, 0.5, 0.5)).decreasing_steps() == (1,)
    found = {each.name: steps for each in SCORECARD.features if (steps := each.decreasing_steps())}
    assert found == {"worstTexture": (11,), "worstConcavePoints": (1,)}
