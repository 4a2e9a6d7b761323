import json
from itertools import product
from math import exp, fsum, isclose, nextafter

import httpx
from hypothesis import given, settings
from hypothesis import strategies as st

from app.explanation import explanation
from app.observation import EXAMPLES, FEATURE_NAMES
from model import Feature, Scorecard

numbers = st.floats(min_value=0, max_value=1e4) | st.floats(min_value=0, allow_infinity=False)
observations = st.fixed_dictionaries(dict.fromkeys(FEATURE_NAMES, numbers))


def steps(feature: Feature) -> list[float]:
    """Return a value on each step of ``feature``."""
    return [*feature.thresholds, nextafter(feature.thresholds[-1], float("inf"))]


def test_on_every_step_the_sum_is_exact_and_agrees_with_the_prediction(
    scorecard: Scorecard,
) -> None:
    combinations = list(product(*map(steps, scorecard.features)))
    assert len(combinations) > 10_000
    for values in combinations:
        verdict = scorecard.result(scorecard.score(values))
        answer = explanation(scorecard, values, verdict, ())
        terms = [each.log_odds for each in answer.contributions]
        assert answer.score == fsum([answer.baseline, *terms])
        assert (answer.score >= 0) == (answer.prediction == 1)
        assert isclose(1 / (1 + exp(-answer.score)), answer.probability, abs_tol=1e-12)


@settings(max_examples=200)
@given(observations)
def test_every_observation_is_explained_as_it_is_predicted(
    client: httpx.Client, scorecard: Scorecard, body: dict[str, float]
) -> None:
    predicted = client.post("/predict", json=body).json()
    answer = client.post("/explain", json=body).json()
    assert {key: answer[key] for key in predicted} == predicted
    assert answer["label"] == scorecard.classes[answer["prediction"]]
    assert answer["decision"] in (answer["label"], "refer")
    assert answer["decision"] == scorecard.band.decision(answer["probability"])
    terms = [each["logOdds"] for each in answer["contributions"]]
    assert answer["score"] == fsum([answer["baseline"], *terms])
    assert isclose(1 / (1 + exp(-answer["score"])), answer["probability"], abs_tol=1e-12)
    assert [abs(term) for term in terms] == sorted(map(abs, terms), reverse=True)


@settings(max_examples=200)
@given(observations)
def test_every_measurement_is_accounted_for(
    client: httpx.Client, scorecard: Scorecard, body: dict[str, float]
) -> None:
    answer = client.post("/explain", json=body).json()
    contributions = {each.pop("feature"): each for each in answer["contributions"]}
    assert contributions == {
        feature.name: {
            "value": body[feature.name],
            "logOdds": feature.contribution(body[feature.name]),
            "trainingRange": [feature.minimum, feature.maximum],
            "inRange": feature.minimum <= body[feature.name] <= feature.maximum,
        }
        for feature in scorecard.features
    }
    values = [body[name] for name in FEATURE_NAMES]
    assert answer["warnings"] == [
        {"code": each.code, "features": [*each.features], "message": each.message}
        for each in scorecard.warnings(values)
    ]


def test_the_whole_answer_has_its_keys_in_order(client: httpx.Client, scorecard: Scorecard) -> None:
    answer = client.post("/explain", json=EXAMPLES["benign"]).json()
    assert list(answer) == [
        "reason", "prediction", "status", "label", "probability", "decision", "score",
        "baseline", "contributions", "warnings", "model",
    ]  # fmt: skip
    assert answer["label"] == "benign"
    assert answer["warnings"] == []
    assert answer["baseline"] == scorecard.intercept
    assert answer["model"] == scorecard.digest


def test_both_kinds_of_warning_are_in_words(client: httpx.Client) -> None:
    body = {**EXAMPLES["malignant"], "worstArea": 1e6}
    warnings = client.post("/explain", json=body).json()["warnings"]
    codes = {warning["code"] for warning in warnings}
    assert codes == {"outsideTrainingRange", "implausible"}
    outside = next(each for each in warnings if each["code"] == "outsideTrainingRange")
    assert outside["features"] == ["worstArea"]
    assert outside["message"].startswith(
        "The value of worst area is above the range of the patients"
    )
    assert "1000000" not in json.dumps(warnings)
