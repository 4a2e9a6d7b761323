"""The OpenAPI document tells the truth about the service."""

from pathlib import Path
from typing import Any

import httpx
import pytest
from jsonschema_rs import Draft202012Validator, validator_for

import model
from app.errors import REASONS
from app.main import create_app
from app.observation import EXAMPLES, FEATURE_NAMES
from app.reading import NOT_A_BATCH, ROWS
from app.settings import Settings
from tests.conftest import ROOT

POSTS = ["/predict", "/explain", "/predict/batch", "/explain/batch", "/"]
GETS = ["/model", "/health"]


@pytest.fixture(scope="module")
def document(client: httpx.Client) -> dict[str, Any]:
    stated: dict[str, Any] = client.get("/openapi.json").json()
    return stated


def schema(document: dict[str, Any], operation: dict[str, Any], status: int) -> Any:
    """Return what checks an answer of ``operation`` with ``status``."""
    content = operation["responses"][str(status)]["content"]["application/json"]
    return validator_for({**content["schema"], "components": document["components"]})


def test_the_paths_are_in_the_order_of_their_use(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1.")
    assert list(document["paths"]) == [*POSTS, *GETS]
    for path, operations in document["paths"].items():
        own = ["post"] if path in POSTS else ["get"]
        assert sorted(operations) == (["get", "post"] if path == "/" else own)


def test_it_states_what_a_request_may_hold(document: dict[str, Any]) -> None:
    observation = document["components"]["schemas"]["Observation"]
    assert tuple(observation["properties"]) == FEATURE_NAMES
    assert tuple(observation["required"]) == FEATURE_NAMES
    assert observation["additionalProperties"] is False
    for measurement in model.FEATURES:
        field = observation["properties"][measurement.name]
        assert (field["type"], field["minimum"]) == ("number", 0)
        assert field["description"] == measurement.description


@pytest.mark.parametrize("path", POSTS)
def test_a_body_is_one_observation_or_an_array_of_them(document: dict[str, Any], path: str) -> None:
    body = document["paths"][path]["post"]["requestBody"]
    assert body["required"] is True
    stated = body["content"]["application/json"]["schema"]
    one = {"$ref": "#/components/schemas/Observation"}
    if not path.endswith("/batch"):
        assert stated == one
        return
    # A bad row is answered too, so anything may stand in its place.
    assert (stated["type"], stated["items"]) == ("array", {"anyOf": [one, {}]})
    assert (stated["minItems"], stated["maxItems"]) == (1, ROWS)


def test_it_states_every_answer_and_no_other(document: dict[str, Any]) -> None:
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            if (method, path) == ("get", "/"):
                [(status, page)] = operation["responses"].items()
                assert (status, list(page["content"])) == ("200", ["text/html"])
                continue
            refusals = {"400", "413", "415", "500"} if method == "post" else {"500"}
            assert set(operation["responses"]) == {"200"} | refusals
            for status in refusals:
                [(media_type, content)] = operation["responses"][status]["content"].items()
                assert media_type == "application/json"
                assert content["schema"] == {"$ref": "#/components/schemas/Refusal"}


def test_it_has_no_schema_that_nothing_uses(document: dict[str, Any]) -> None:
    text = str(document)
    for name in document["components"]["schemas"]:
        assert f"#/components/schemas/{name}'" in text


@pytest.mark.parametrize("path", POSTS)
def test_every_example_works_when_pressed(
    client: httpx.Client, document: dict[str, Any], path: str
) -> None:
    operation = document["paths"][path]["post"]
    examples = operation["requestBody"]["content"]["application/json"]["examples"]
    assert list(examples) == (["two"] if path.endswith("/batch") else ["malignant", "benign"])
    for name, example in examples.items():
        response = client.post(path, json=example["value"])
        assert response.status_code == 200
        schema(document, operation, 200).validate(response.json())
        answers = response.json() if path.endswith("/batch") else [response.json()]
        expected = list(EXAMPLES) if name == "two" else [name]
        assert [("benign", "malignant")[each["prediction"]] for each in answers] == expected


@pytest.mark.parametrize("path", GETS)
def test_every_description_is_as_documented(
    client: httpx.Client, document: dict[str, Any], path: str
) -> None:
    response = client.get(path)
    schema(document, document["paths"][path]["get"], response.status_code).validate(response.json())


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"content": b""}, 400),
        ({"content": b" " * (2 * 1024 * 1024 + 1)}, 413),
        ({"data": {"a": "b"}}, 415),
    ],
    ids=["400", "413", "415"],
)
def test_every_refusal_shown_is_real(
    client: httpx.Client, document: dict[str, Any], path: str, sent: dict[str, Any], status: int
) -> None:
    operation = document["paths"][path]["post"]
    shown = operation["responses"][str(status)]["content"]["application/json"]["example"]
    response = client.post(path, **sent)
    assert (response.status_code, response.json()) == (status, shown)
    reason = NOT_A_BATCH if path.endswith("/batch") and status == 400 else REASONS[status]
    assert shown["reason"] == reason
    schema(document, operation, status).validate(response.json())


@pytest.mark.parametrize("path", ["/predict/batch", "/explain/batch"])
def test_a_row_that_is_refused_is_documented(
    client: httpx.Client, document: dict[str, Any], path: str
) -> None:
    odd = {**EXAMPLES["benign"], "worstArea": 1e6}
    answers = client.post(path, json=[EXAMPLES["malignant"], None, odd]).json()
    documented = schema(document, document["paths"][path]["post"], 200)
    documented.validate(answers)
    assert not documented.is_valid([{**answers[0], "prediction": 2}])
    assert not documented.is_valid([{**answers[1], "status": "200"}])


def test_the_schemas_are_json_schema(document: dict[str, Any]) -> None:
    for stated in document["components"]["schemas"].values():
        Draft202012Validator({**stated, "components": document["components"]})


def test_a_key_is_documented_where_one_is_needed(scorecard: model.Scorecard) -> None:
    document = create_app(scorecard, Settings(api_keys=(b"x" * 32,))).openapi()
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            assert ("401" in operation["responses"]) == (method == "post"), path
            assert ("security" in operation) == (method == "post"), path


def test_no_field_is_without_a_description(document: dict[str, Any]) -> None:
    for path, operations in document["paths"].items():
        for operation in operations.values():
            assert operation["summary"], path
            assert operation["description"], path
    explained = document["components"]["schemas"]["Explanation"]["properties"]
    assert all("description" in explained[name] for name in set(explained) - {"reason", "status"})


def test_the_version_is_the_projects(document: dict[str, Any]) -> None:
    stated = document["info"]["version"]
    assert f'\nversion = "{stated}"\n' in Path(ROOT, "pyproject.toml").read_text()
