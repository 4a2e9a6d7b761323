from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from app.api.schemas import (
    EXAMPLES,
    FEATURE_NAMES,
    ErrorResponse,
    FeatureMismatch,
    Observation,
    Prediction,
    Values,
)
from app.main import create_app
from model import Scorecard

validate = TypeAdapter[tuple[float, ...]](Values).validate_python


@given(st.tuples(*[st.floats(min_value=0, allow_infinity=False)] * 5))
def test_values_are_in_the_order_of_the_model(values: tuple[float, ...]) -> None:
    observation = dict(zip(FEATURE_NAMES, values, strict=True))
    assert validate(dict(reversed(observation.items()))) == values


@pytest.mark.parametrize("name", EXAMPLES)
def test_example_has_the_prediction_it_is_named_for(scorecard: Scorecard, name: str) -> None:
    assert scorecard.classes[scorecard.label(validate(EXAMPLES[name]))] == name


def test_rejects_snake_case_keys() -> None:
    with pytest.raises(ValidationError):
        validate(dict.fromkeys(Observation.__annotations__, 1.0))


def test_prediction_has_the_three_keys_in_order() -> None:
    expected = '{"reason":"OK","prediction":1,"status":"200"}'
    assert Prediction(prediction=1).model_dump_json() == expected


@pytest.mark.parametrize("status", ["200", "302", "600", "4000", ""])
def test_error_response_has_an_error_status(status: str) -> None:
    with pytest.raises(ValidationError):
        ErrorResponse(reason="", status=status)


@pytest.mark.parametrize("places", [slice(-1), slice(None, None, -1)], ids=["fewer", "reordered"])
def test_model_with_other_features_is_not_served(scorecard: Scorecard, places: slice) -> None:
    other = replace(scorecard, features=scorecard.features[places], input_checks=())
    names = ", ".join(FEATURE_NAMES[places])
    with pytest.raises(FeatureMismatch, match=rf"features are {names}, but .*app/api/schemas\.py"):
        create_app(other)
