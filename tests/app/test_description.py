import json

import httpx

import model
from app.description import describe


def test_the_model_is_described_whole_from_its_file(client: httpx.Client) -> None:
    card = json.loads((model.ARTIFACTS / model.SCORECARD_FILE).read_text())
    provenance = dict(card["provenance"])
    response = client.get("/model")
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json"
    assert response.json() == {
        "digest": card["sha256"],
        "classes": card["classes"],
        "baseline": card["intercept"],
        "features": card["features"],
        "referralBand": card["band"],
        "relations": card["relations"],
        "metrics": provenance.pop("metrics"),
        "provenance": provenance,
    }


def test_a_description_leaves_the_scorecard_as_it_is(scorecard: model.Scorecard) -> None:
    first = describe(scorecard)
    assert "metrics" in scorecard.provenance
    assert describe(scorecard) == first


def test_an_explanation_can_be_computed_from_the_description(client: httpx.Client) -> None:
    described = client.get("/model").json()
    body = {feature["name"]: feature["thresholds"][1] for feature in described["features"]}
    answer = client.post("/explain", json=body).json()
    # A threshold belongs to the step below it.
    points = {feature["name"]: feature["points"][1] for feature in described["features"]}
    assert {each["feature"]: each["logOdds"] for each in answer["contributions"]} == points
    assert answer["baseline"] == described["baseline"]
    assert answer["model"] == described["digest"]


def test_health_is_that_the_verified_model_is_there(
    client: httpx.Client, scorecard: model.Scorecard
) -> None:
    response = client.get("/health")
    assert response.status_code == 200
    assert response.json() == {"reason": "OK", "status": "200", "model": scorecard.digest}
