import re
from bisect import bisect_left
from math import inf, nextafter

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from model import FEATURES, Feature, Scorecard
from model.step_labels import LIMIT_DIGITS, format_number, step_labels

floats = st.floats(min_value=0, max_value=1e300, allow_subnormal=False)
# Numbers that people type: up to six digits and a power of ten.
typed = st.builds(
    lambda digits, power: float(f"{digits}e{power}"),
    st.integers(0, 10**LIMIT_DIGITS - 1),
    st.integers(-8, 3),
)
thresholds_ = st.lists(floats | typed, unique=True, max_size=6).map(sorted).map(tuple)
COMPARISONS = {
    "above": lambda value, limit: value > limit,
    "from": lambda value, limit: value >= limit,
    "up to": lambda value, limit: value <= limit,
    "below": lambda value, limit: value < limit,
}


def feature(thresholds: tuple[float, ...]) -> Feature:
    points = tuple(map(float, range(len(thresholds) + 1)))
    info = FEATURES[0]
    return Feature(info.name, info.column, info.description, 0.0, 1.0, thresholds, points)


def applies(label: str, value: float) -> bool:
    parts = re.findall(r"(above|from|up to|below) (\S+?)(?:,|$)", label)
    assert parts or label == "any value"
    return all(COMPARISONS[comparison](value, float(limit)) for comparison, limit in parts)


def assert_labels_are_true(
    thresholds: tuple[float, ...], value: float, *exact_values: float
) -> None:
    """Assert that only the label of the model's step applies to ``value``."""
    labels = step_labels(feature(thresholds), *exact_values)
    matching = [step for step, label in enumerate(labels) if applies(label, value)]
    assert matching == [bisect_left(thresholds, value)]


@given(thresholds_, typed)
def test_labels_are_true_for_values_of_few_digits_and_their_limits(
    thresholds: tuple[float, ...], value: float
) -> None:
    limits = re.findall(r"\d[^ ,]*", " ".join(step_labels(feature(thresholds))))
    for each in (value, *map(float, limits)):
        assert_labels_are_true(thresholds, each)


@given(thresholds_, floats, st.data())
def test_labels_are_true_for_the_values_passed(
    thresholds: tuple[float, ...], value: float, data: st.DataObject
) -> None:
    if thresholds:
        near = data.draw(st.sampled_from(thresholds))
        value = data.draw(st.sampled_from([value, near, nextafter(near, inf), nextafter(near, 0)]))
    assert_labels_are_true(thresholds, value, value)


def test_limits_are_as_short_as_the_data(scorecard: Scorecard) -> None:
    assert step_labels(scorecard.features[0]) == (
        "below 0.02029",
        "from 0.02029, up to 0.05128",
        "above 0.05128, below 0.05592",
        "from 0.05592",
    )
    labels = " ".join(label for each in scorecard.features for label in step_labels(each))
    assert max(map(len, re.findall(r"[\d.]+", labels))) == len("0.029505")


@pytest.mark.parametrize(
    ("thresholds", "labels"),
    [
        ((), ("any value",)),
        (
            (1.0, nextafter(1.0, 2.0)),
            ("up to 1", "above 1, up to 1.0000000000000002", "above 1.0000000000000002"),
        ),
    ],
)
def test_limits_have_as_many_digits_as_needed(
    thresholds: tuple[float, ...], labels: tuple[str, ...]
) -> None:
    assert step_labels(feature(thresholds)) == labels


@given(floats)
@example(1866.0)
@example(4)
def test_numbers_are_exact_and_have_no_trailing_zero(value: float) -> None:
    text = format_number(value)
    assert float(text) == value
    assert not text.endswith(".0")
