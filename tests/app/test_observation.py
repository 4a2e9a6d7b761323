from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from app.observation import (
    EXAMPLES,
    FEATURE_NAMES,
    ContractMismatch,
    Observation,
    require_features,
)
from model import Scorecard

measurement = st.floats(min_value=0, allow_nan=False, allow_infinity=False)


@given(st.tuples(*[measurement] * 5))
def test_values_are_in_the_models_order(values: tuple[float, ...]) -> None:
    body = dict(zip(FEATURE_NAMES, values, strict=True))
    assert Observation.model_validate(dict(reversed(body.items()))).values() == values


def test_the_examples_are_predicted_as_they_are_named(scorecard: Scorecard) -> None:
    for name, body in EXAMPLES.items():
        label = scorecard.label(Observation.model_validate(body).values())
        assert scorecard.classes[label] == name


def test_only_the_camel_case_names_are_taken() -> None:
    snake_case = dict.fromkeys(Observation.model_fields, 1.0)
    with pytest.raises(ValidationError):
        Observation.model_validate(snake_case)


def test_the_served_model_has_the_requests_features(scorecard: Scorecard) -> None:
    require_features(scorecard)


def test_a_model_with_other_features_is_not_served(scorecard: Scorecard) -> None:
    fewer = replace(scorecard, features=scorecard.features[:-1], input_checks=())
    with pytest.raises(ContractMismatch, match=r"bring app/observation.py and the model together"):
        require_features(fewer)


def test_a_model_with_its_features_in_another_order_is_not_served(scorecard: Scorecard) -> None:
    turned = replace(scorecard, features=scorecard.features[::-1])
    with pytest.raises(ContractMismatch, match="the model takes worstConcavePoints, worstArea"):
        require_features(turned)
