from dataclasses import replace
from math import exp, inf, nan, nextafter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import model
from model import Feature, Scorecard

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
    undecided = Scorecard((nothing,), 0.0, {0: "benign", 1: "malignant"}, {}, "")
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
def test_probability_and_label_follow_from_the_score(values: tuple[float, ...]) -> None:
    score = SCORECARD.score(values)
    probability = SCORECARD.probability(values)
    assert 0.0 < probability < 1.0
    assert probability == pytest.approx(exp(score) / (1 + exp(score)), rel=1e-12)
    assert SCORECARD.label(values) == (1 if probability >= 0.5 else 0)


def test_contributions_are_named_in_the_order_of_the_features() -> None:
    names = [feature.name for feature in SCORECARD.features]
    assert list(SCORECARD.contributions(MALIGNANT)) == names


@pytest.mark.parametrize("value", [nan, inf, -inf])
@pytest.mark.parametrize("position", range(5))
@pytest.mark.parametrize("method", ["score", "probability", "label", "contributions"])
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
