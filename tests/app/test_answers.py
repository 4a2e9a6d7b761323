import pytest
from pydantic import ValidationError

from app.answers import MISSING_VALUES, Prediction, Refusal


def test_a_prediction_has_the_three_keys_in_order() -> None:
    expected = '{"reason":"OK","prediction":1,"status":"200"}'
    assert Prediction(prediction=1).model_dump_json() == expected


def test_a_refusal_has_the_same_keys_and_its_status_is_the_http_status() -> None:
    response = Refusal(reason=MISSING_VALUES, status="400").response({"Allow": "POST"})
    assert response.status_code == 400
    assert response.headers["allow"] == "POST"
    assert bytes(response.body).decode() == (
        '{"reason":"\'body\' must contain values for: meanConcavePoints, worstRadius, '
        'worstTexture, worstArea, worstConcavePoints","prediction":"","status":"400"}'
    )


def test_a_refusal_is_never_a_success() -> None:
    with pytest.raises(ValidationError):
        Refusal(reason="", status="200")
