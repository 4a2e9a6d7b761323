"""The OpenAPI document tells the truth about the service."""

from pathlib import Path

import httpx

import model
from app.errors import REASONS
from app.observation import FEATURE_NAMES
from tests.conftest import ROOT


def test_the_openapi_document_states_what_a_request_may_hold(client: httpx.Client) -> None:
    document = client.get("/openapi.json").json()
    observation = document["components"]["schemas"]["Observation"]
    assert tuple(observation["properties"]) == FEATURE_NAMES
    assert tuple(observation["required"]) == FEATURE_NAMES
    assert observation["additionalProperties"] is False
    for measurement in model.MEASUREMENTS:
        field = observation["properties"][measurement.name]
        assert (field["type"], field["minimum"]) == ("number", 0)
        assert field["description"] == measurement.description


def test_the_openapi_document_states_every_answer_and_no_other(client: httpx.Client) -> None:
    document = client.get("/openapi.json").json()
    assert list(document["paths"]) == ["/predict", "/"]
    schemas = document["components"]["schemas"]
    assert set(schemas) == {"Observation", "Prediction", "Refusal"}
    for path in document["paths"].values():
        responses = path["post"]["responses"]
        assert set(responses) == {"200", "400", "415", "500"}
        for status, response in responses.items():
            [(media_type, content)] = response["content"].items()
            name = "Prediction" if status == "200" else "Refusal"
            assert media_type == "application/json"
            assert content["schema"]["$ref"] == f"#/components/schemas/{name}"


def test_the_refusals_shown_in_the_openapi_document_are_real(client: httpx.Client) -> None:
    responses = client.get("/openapi.json").json()["paths"]["/predict"]["post"]["responses"]
    shown = responses["400"]["content"]["application/json"]["example"]
    assert client.post("/predict").json() == shown
    shown = responses["415"]["content"]["application/json"]["example"]
    assert client.post("/predict", data={"a": "b"}).json() == shown
    assert shown["reason"] == REASONS[415]
    assert responses["500"]["content"]["application/json"]["example"]["reason"] == REASONS[500]


def test_the_examples_in_the_openapi_document_work_when_pressed(client: httpx.Client) -> None:
    document = client.get("/openapi.json").json()
    content = document["paths"]["/predict"]["post"]["requestBody"]["content"]["application/json"]
    assert list(content["examples"]) == ["malignant", "benign"]
    answers = [client.post("/predict", json=e["value"]) for e in content["examples"].values()]
    assert [answer.json()["prediction"] for answer in answers] == [1, 0]


def test_the_version_is_the_projects(client: httpx.Client) -> None:
    stated = client.get("/openapi.json").json()["info"]["version"]
    assert f'\nversion = "{stated}"\n' in Path(ROOT, "pyproject.toml").read_text()
