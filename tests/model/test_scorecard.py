from dataclasses import replace
from math import exp, inf, nan, nextafter, pi
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import model
from model import Band, Feature, InputWarning

SCORECARD = model.load()
MALIGNANT = (0.07951, 24.86, 26.58, 1866.0, 0.01)
finite = st.floats(allow_nan=False, allow_infinity=False)
observations = st.tuples(finite, finite, finite, finite, finite)


def feature(**changes: Any) -> Feature:
    table: dict[str, Any] = {
        "name": "worstArea",
        "column": "worst area",
        "description": "an area",
        "minimum": 1.0,
        "maximum": 9.0,
        "thresholds": (2.0, 4.0),
        "points": (-1.0, 0.5, 3.0),
    }
    return Feature(**{**table, **changes})


@pytest.mark.parametrize(
    ("values", "label"),
    [
        ((0.03821, 14.97, 24.64, 677.9, 0.1015), 0),
        (MALIGNANT, 1),
        ((0.19, 33.13, 23.58, 3234.0, 0.28), 1),
    ],
)
def test_known_answers(values: tuple[float, ...], label: int) -> None:
    assert SCORECARD.label(values) == label


def test_a_score_of_exactly_zero_is_malignant_as_in_scikit_learn() -> None:
    nothing = feature(thresholds=(), points=(0.0,))
    undecided = replace(SCORECARD, features=(nothing,), input_checks=(), intercept=0.0)
    assert undecided.score((5.0,)) == 0.0
    assert undecided.probability((5.0,)) == 0.5
    assert undecided.label((5.0,)) == 1


def test_a_threshold_belongs_to_the_step_on_its_left() -> None:
    area = feature()
    assert area.contribution(nextafter(2.0, -inf)) == area.contribution(2.0) == -1.0
    assert area.contribution(nextafter(2.0, inf)) == area.contribution(4.0) == 0.5
    assert area.contribution(nextafter(4.0, inf)) == 3.0


@given(observations)
def test_contributions_add_up_to_the_score_to_the_last_bit(values: tuple[float, ...]) -> None:
    total = SCORECARD.intercept
    for points in SCORECARD.contributions(values).values():
        total += points
    assert total == SCORECARD.score(values)


@given(observations)
def test_a_decision_never_contradicts_the_label(values: tuple[float, ...]) -> None:
    decision, probability = SCORECARD.decision(values), SCORECARD.probability(values)
    assert decision in ("refer", SCORECARD.classes[SCORECARD.label(values)])
    assert (decision == "refer") == (SCORECARD.band.lower <= probability <= SCORECARD.band.upper)


@pytest.mark.parametrize(
    ("lower", "upper", "decision"),
    [(0.0, 0.9, "malignant"), (0.0, 0.95, "refer"), (0.5, 1.0, "refer")],
)
def test_the_band_decides(lower: float, upper: float, decision: str) -> None:
    assert 0.9 < SCORECARD.probability(MALIGNANT) < 0.95
    banded = replace(SCORECARD, band=Band(lower, upper))
    assert banded.decision(MALIGNANT) == decision


def test_a_plausible_observation_within_all_ranges_is_not_flagged() -> None:
    assert SCORECARD.warnings((0.03821, 14.97, 24.64, 677.9, 0.1015)) == ()


def test_an_implausible_observation_is_flagged_and_still_predicted() -> None:
    [caution] = SCORECARD.warnings(MALIGNANT)
    assert caution.code == "implausible"
    assert caution.features == ("worstConcavePoints", "meanConcavePoints")
    assert "below the mean concave points" in caution.message
    assert SCORECARD.label(MALIGNANT) == 1


@pytest.mark.parametrize("position", range(5))
def test_a_value_outside_of_its_training_range_is_flagged(position: int) -> None:
    outside = SCORECARD.features[position]
    for side, value in (("below", outside.minimum - 1), ("above", outside.maximum + 1)):
        values = [*MALIGNANT]
        values[position] = value
        assert InputWarning(
            "outsideTrainingRange",
            (outside.name,),
            f"The value of {outside.column} is {side} the range of the patients that the model "
            f"was trained on ({outside.minimum:g} to {outside.maximum:g}).",
        ) in SCORECARD.warnings(values)


@given(st.floats(1, 1e6), st.floats(1, 1e6))
def test_an_area_is_flagged_where_the_radius_cannot_have_it(radius: float, area: float) -> None:
    share = area / (pi * radius * radius)
    found = SCORECARD.warnings((0.1, radius, 25.0, area, 0.2))
    flagged = [caution for caution in found if caution.features == ("worstArea", "worstRadius")]
    assert bool(flagged) == (not 0.81 <= share <= 1.06)


near = st.tuples(*(st.floats(0, 1.1 * each.maximum) for each in SCORECARD.features))


@given(st.lists(near | observations, max_size=20))
@example([])
@example([MALIGNANT, MALIGNANT])
def test_many_are_flagged_as_each_is(rows: list[tuple[float, ...]]) -> None:
    assert SCORECARD.warnings_for_rows(rows) == [SCORECARD.warnings(row) for row in rows]


@pytest.mark.parametrize("rows", [[(1.0,) * 4], [(1.0,) * 6, (1.0,) * 6], [MALIGNANT, (1.0,)]])
def test_rows_of_another_width_are_refused(rows: list[tuple[float, ...]]) -> None:
    with pytest.raises(ValueError, match="zip"):
        SCORECARD.warnings_for_rows(rows)


def test_a_relation_needs_its_features() -> None:
    with pytest.raises(ValueError, match="relation 'excess' is about a feature that there is not"):
        replace(SCORECARD, features=SCORECARD.features[1:])


def test_a_dip_is_a_step_that_adds_less_than_the_one_before() -> None:
    assert feature().decreasing_steps() == ()
    assert feature(points=(1.0, 0.5, 0.5)).decreasing_steps() == (1,)
    dips = {
        each.name: each.decreasing_steps() for each in SCORECARD.features if each.decreasing_steps()
    }
    assert dips == {"worstTexture": (11,), "worstConcavePoints": (1,)}


@given(observations)
def test_probability_and_label_follow_from_the_score(values: tuple[float, ...]) -> None:
    score = SCORECARD.score(values)
    probability = SCORECARD.probability(values)
    assert 0.0 < probability < 1.0
    assert probability == pytest.approx(exp(score) / (1 + exp(score)), rel=1e-12)
    assert SCORECARD.label(values) == (1 if probability >= 0.5 else 0)


@given(observations)
def test_a_verdict_is_what_the_model_says_of_the_score(values: tuple[float, ...]) -> None:
    verdict = SCORECARD.result(SCORECARD.score(values))
    assert verdict.score == SCORECARD.score(values)
    assert verdict.probability == SCORECARD.probability(values)
    assert verdict.label == SCORECARD.label(values)
    assert verdict.decision == SCORECARD.decision(values)


def test_contributions_are_named_in_the_order_of_the_features() -> None:
    names = [feature.name for feature in SCORECARD.features]
    assert list(SCORECARD.contributions(MALIGNANT)) == names


@pytest.mark.parametrize("value", [nan, inf, -inf])
@pytest.mark.parametrize("position", range(5))
@pytest.mark.parametrize("method", ["score", "probability", "label", "contributions", "decision"])
def test_a_value_that_is_not_finite_is_refused_by_name(
    method: str, position: int, value: float
) -> None:
    values = [*MALIGNANT]
    values[position] = value
    name = SCORECARD.features[position].name
    with pytest.raises(ValueError, match=f"^'{name}' must be a finite number$"):
        getattr(SCORECARD, method)(values)


@pytest.mark.parametrize("count", [0, 4, 6])
def test_another_number_of_values_is_refused(count: int) -> None:
    with pytest.raises(ValueError, match="zip"):
        SCORECARD.score((1.0,) * count)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"points": (1.0, 2.0)}, "one more point than thresholds"),
        ({"points": (1.0, 2.0, nan)}, "not a finite number"),
        ({"points": (1.0, 2.0, "3")}, "not a finite number"),
        ({"thresholds": (4.0, 2.0)}, "do not increase"),
        ({"thresholds": (2.0, 2.0)}, "do not increase"),
        ({"thresholds": (2.0, inf)}, "not a finite number"),
        ({"minimum": 10.0}, "minimum above its maximum"),
        ({"maximum": None}, "not a finite number"),
    ],
)
def test_a_table_that_is_no_step_function_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        feature(**changes)


def test_a_scorecard_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        SCORECARD.intercept = 0.0  # type: ignore[misc]
    assert replace(SCORECARD, intercept=0.0).score(MALIGNANT) != SCORECARD.score(MALIGNANT)


def test_its_metadata_say_what_it_is() -> None:
    assert SCORECARD.classes == {0: "benign", 1: "malignant"}
    assert SCORECARD.provenance["metrics"]["holdOut"]["patients"] == 114
    assert len(SCORECARD.digest) == 64
