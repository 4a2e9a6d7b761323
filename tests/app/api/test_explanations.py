import json
from itertools import product
from math import exp, fsum, inf, isclose, nextafter

import httpx
from hypothesis import given, settings
from hypothesis import strategies as st

import model
from app.api.explanations import describe, explain
from app.api.schemas import EXAMPLES, FEATURE_NAMES
from model import Feature, Scorecard

measurements = st.floats(min_value=0, max_value=1e4) | st.floats(min_value=0, allow_infinity=False)
observations = st.fixed_dictionaries(dict.fromkeys(FEATURE_NAMES, measurements))


def one_value_per_step(feature: Feature) -> list[float]:
    return [*feature.thresholds, nextafter(feature.thresholds[-1], inf)]


def test_score_is_the_exact_sum_on_every_step(scorecard: Scorecard) -> None:
    combinations = list(product(*map(one_value_per_step, scorecard.features)))
    assert len(combinations) > 10_000
    for values in combinations:
        explanation = explain(scorecard, values, scorecard.predict(values), ())
        terms = [each.log_odds for each in explanation.contributions]
        assert explanation.score == fsum([explanation.baseline, *terms])
        assert (explanation.score >= 0) == (explanation.prediction == 1)
        assert isclose(1 / (1 + exp(-explanation.score)), explanation.probability, abs_tol=1e-12)


@settings(max_examples=200)
@given(observations)
def test_explanation_agrees_with_prediction_and_model(
    client: httpx.Client, scorecard: Scorecard, observation: dict[str, float]
) -> None:
    values = [observation[name] for name in FEATURE_NAMES]
    prediction = client.post("/predict", json=observation).json()
    explanation = client.post("/explain", json=observation).json()
    assert {key: explanation[key] for key in prediction} == prediction
    assert explanation["label"] == scorecard.classes[explanation["prediction"]]
    assert explanation["decision"] in (explanation["label"], "refer")
    assert explanation["decision"] == scorecard.band.decision(explanation["probability"])
    terms = [each["logOdds"] for each in explanation["contributions"]]
    assert explanation["score"] == fsum([explanation["baseline"], *terms])
    assert isclose(1 / (1 + exp(-explanation["score"])), explanation["probability"], abs_tol=1e-12)
    assert [abs(term) for term in terms] == sorted(map(abs, terms), reverse=True)
    assert {each.pop("feature"): each for each in explanation["contributions"]} == {
        feature.name: {
            "value": value,
            "logOdds": feature.contribution(value),
            "trainingRange": [feature.minimum, feature.maximum],
            "inRange": feature.minimum <= value <= feature.maximum,
        }
        for feature, value in zip(scorecard.features, values, strict=True)
    }
    assert explanation["warnings"] == [
        {"code": each.code, "features": [*each.features], "message": each.message}
        for each in scorecard.warnings(values)
    ]


def test_explanation_has_its_keys_in_order(client: httpx.Client, scorecard: Scorecard) -> None:
    explanation = client.post("/explain", json=EXAMPLES["benign"]).json()
    assert list(explanation) == [
        "reason", "prediction", "status", "label", "probability", "decision", "score",
        "baseline", "contributions", "warnings", "model",
    ]  # fmt: skip
    assert (explanation["label"], explanation["warnings"]) == ("benign", [])
    assert explanation["baseline"] == scorecard.intercept
    assert explanation["model"] == scorecard.digest


def test_warnings_are_in_words_and_repeat_no_value(client: httpx.Client) -> None:
    observation = {**EXAMPLES["malignant"], "worstArea": 1e6}
    warnings = client.post("/explain", json=observation).json()["warnings"]
    by_code = {warning["code"]: warning for warning in warnings}
    assert set(by_code) == {"outsideTrainingRange", "implausible"}
    outside = by_code["outsideTrainingRange"]
    assert outside["features"] == ["worstArea"]
    assert outside["message"].startswith("The value of worst area is above the range")
    assert "1000000" not in json.dumps(warnings)


def test_description_has_the_whole_scorecard_file(client: httpx.Client) -> None:
    file = json.loads((model.ARTIFACTS / model.SCORECARD_FILE).read_text(encoding="utf-8"))
    provenance = dict(file["provenance"])
    response = client.get("/model")
    assert response.headers["content-type"] == "application/json"
    assert response.json() == {
        "digest": file["sha256"],
        "classes": file["classes"],
        "baseline": file["intercept"],
        "features": file["features"],
        "referralBand": file["band"],
        "relations": file["relations"],
        "metrics": provenance.pop("metrics"),
        "provenance": provenance,
    }


def test_describing_does_not_change_the_scorecard(scorecard: Scorecard) -> None:
    first = describe(scorecard)
    assert "metrics" in scorecard.provenance
    assert describe(scorecard) == first


def test_explanation_can_be_computed_from_the_description(client: httpx.Client) -> None:
    description = client.get("/model").json()
    features = description["features"]
    # A threshold belongs to the step below it.
    observation = {feature["name"]: feature["thresholds"][1] for feature in features}
    explanation = client.post("/explain", json=observation).json()
    points = {feature["name"]: feature["points"][1] for feature in features}
    assert {each["feature"]: each["logOdds"] for each in explanation["contributions"]} == points
    assert explanation["baseline"] == description["baseline"]
    assert explanation["model"] == description["digest"]
