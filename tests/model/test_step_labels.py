import re
from bisect import bisect_left
from math import inf, nextafter

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import model
from model.features import FEATURES
from model.scorecard import Feature
from model.step_labels import DIGITS, number, steps

measured = st.floats(min_value=0, max_value=1e300, allow_subnormal=False)
# What is written in a form: up to six digits, and a power of ten.
written = st.builds(
    lambda digits, power: float(f"{digits}e{power}"),
    st.integers(0, 10**DIGITS - 1),
    st.integers(-8, 3),
)
tables = st.lists(measured | written, unique=True, max_size=6).map(sorted).map(tuple)
SIDES = {
    "above": lambda value, limit: value > limit,
    "from": lambda value, limit: value >= limit,
    "up to": lambda value, limit: value <= limit,
    "below": lambda value, limit: value < limit,
}


def feature(thresholds: tuple[float, ...]) -> Feature:
    points = tuple(float(step) for step in range(len(thresholds) + 1))
    named = FEATURES[0]
    return Feature(named.name, named.column, named.description, 0.0, 1.0, thresholds, points)


def holds(words: str, value: float) -> bool:
    """Return whether ``value`` is what ``words`` say."""
    said = re.findall(r"(above|from|up to|below) (\S+?)(?:,|$)", words)
    assert said or words == "any value"
    return all(SIDES[side](value, float(limit)) for side, limit in said)


def in_words(feature: Feature, value: float, *told: float) -> list[int]:
    """Return the steps whose words hold for ``value``."""
    return [step for step, words in enumerate(steps(feature, *told)) if holds(words, value)]


@given(tables, written)
def test_a_value_of_few_digits_is_in_the_one_step_of_the_model(
    thresholds: tuple[float, ...], value: float
) -> None:
    assert in_words(feature(thresholds), value) == [bisect_left(thresholds, value)]


@given(tables, measured, st.data())
def test_the_words_are_true_of_the_value_that_they_are_chosen_for(
    thresholds: tuple[float, ...], value: float, data: st.DataObject
) -> None:
    if thresholds:
        near = data.draw(st.sampled_from(thresholds))
        value = data.draw(st.sampled_from([value, near, nextafter(near, inf), nextafter(near, 0)]))
    assert in_words(feature(thresholds), value, value) == [bisect_left(thresholds, value)]


@given(tables, st.data())
def test_a_limit_shown_is_on_the_side_that_it_is_said_to_be_on(
    thresholds: tuple[float, ...], data: st.DataObject
) -> None:
    assume(thresholds)
    step = data.draw(st.integers(0, len(thresholds) - 1))
    limit = float(steps(feature(thresholds))[step].split()[-1])
    assert in_words(feature(thresholds), limit) == [bisect_left(thresholds, limit)]


def test_limits_are_as_short_as_the_data(scorecard: model.Scorecard) -> None:
    points = scorecard.features[0]
    assert steps(points) == (
        "below 0.02029",
        "from 0.02029, up to 0.05128",
        "above 0.05128, below 0.05592",
        "from 0.05592",
    )
    shown = " ".join(word for entry in scorecard.features for word in steps(entry))
    assert max(len(limit) for limit in re.findall(r"[\d.]+", shown)) == len("0.029505")


def test_thresholds_closer_than_the_digits_get_more_of_them() -> None:
    close = (1.0, nextafter(1.0, 2.0))
    assert steps(feature(close)) == (
        "up to 1",
        "above 1, up to 1.0000000000000002",
        "above 1.0000000000000002",
    )


def test_without_a_threshold_any_value_is_in_the_step() -> None:
    assert steps(feature(())) == ("any value",)


@pytest.mark.parametrize(
    ("value", "text"), [(1866.0, "1866"), (0.01, "0.01"), (0.0, "0"), (4, "4"), (1e300, "1e+300")]
)
def test_a_number_is_written_as_a_person_writes_it(value: float, text: str) -> None:
    assert number(value) == text


@given(measured)
def test_a_number_is_written_exactly(value: float) -> None:
    assert float(number(value)) == value
