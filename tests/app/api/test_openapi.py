import json
from typing import Any

import httpx
import pytest
from jsonschema_rs import Draft202012Validator, validator_for

import model
from app import __version__
from app.api.errors import REASONS
from app.api.parsing import MAX_EXPLAINED_ROWS, MAX_ROWS, not_a_batch
from app.api.schemas import EXAMPLES, FEATURE_NAMES
from app.main import create_app
from app.middleware.api_key import HEADER
from app.settings import Settings

POSTS = ["/predict", "/", "/explain", "/predict/batch", "/explain/batch"]
GETS = ["/model", "/health"]
MAX_BY_PATH = {"/predict/batch": MAX_ROWS, "/explain/batch": MAX_EXPLAINED_ROWS}
OBSERVATION = {"$ref": "#/components/schemas/Observation"}


@pytest.fixture(scope="module")
def document(client: httpx.Client) -> dict[str, Any]:
    loaded: dict[str, Any] = client.get("/openapi.json").json()
    return loaded


def validator(document: dict[str, Any], operation: dict[str, Any], status: int) -> Any:
    """Return a validator of responses of ``operation`` with ``status``."""
    content = operation["responses"][str(status)]["content"]["application/json"]
    return validator_for({**content["schema"], "components": document["components"]})


def test_has_every_path(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1.")
    assert document["info"]["version"] == __version__
    assert set(document["paths"]) == {*POSTS, *GETS}
    for path, operations in document["paths"].items():
        methods = {"get"} if path in GETS else {"post", "get"} if path == "/" else {"post"}
        assert set(operations) == methods


def test_describes_an_observation(document: dict[str, Any]) -> None:
    observation = document["components"]["schemas"]["Observation"]
    assert tuple(observation["properties"]) == tuple(observation["required"]) == FEATURE_NAMES
    assert observation["additionalProperties"] is False
    for feature in model.FEATURES:
        field = observation["properties"][feature.name]
        assert (field["type"], field["minimum"]) == ("number", 0)
        assert field["description"] == feature.description


@pytest.mark.parametrize("path", POSTS)
def test_body_is_an_observation_or_an_array(document: dict[str, Any], path: str) -> None:
    body = document["paths"][path]["post"]["requestBody"]
    schema = body["content"]["application/json"]["schema"]
    assert body["required"] is True
    if path not in MAX_BY_PATH:
        assert schema == OBSERVATION
    else:
        # An invalid row gets an error response in its place, so any element is accepted.
        assert (schema["type"], schema["items"]) == ("array", {"anyOf": [OBSERVATION, {}]})
        assert (schema["minItems"], schema["maxItems"]) == (1, MAX_BY_PATH[path])


@pytest.mark.parametrize("keys", [(), ("a" * 64,)], ids=["open", "with API keys"])
def test_lists_exactly_the_possible_responses(
    scorecard: model.Scorecard, keys: tuple[str, ...]
) -> None:
    document = create_app(scorecard, Settings(api_keys=keys)).openapi()
    [(status, page)] = document["paths"]["/"].pop("get")["responses"].items()
    assert (status, list(page["content"])) == ("200", ["text/html"])
    for path, operations in document["paths"].items():
        [operation] = operations.values()
        errors = {"400", "408", "413", "415", "500"} if path in POSTS else {"500"}
        errors |= {"401"} if keys and path in POSTS else set()
        assert set(operation["responses"]) == {"200", *errors}
        for error in errors:
            [(media_type, content)] = operation["responses"][error]["content"].items()
            assert media_type == "application/json"
            assert content["schema"] == {"$ref": "#/components/schemas/ErrorResponse"}
        assert operation.get("security") == ([{"ApiKey": []}] if "401" in errors else None)
    schemes = document["components"].get("securitySchemes", {})
    assert list(schemes) == (["ApiKey"] if keys else [])
    for scheme in schemes.values():
        assert (scheme["type"], scheme["in"], scheme["name"]) == ("apiKey", "header", HEADER)


def test_schemas_are_valid_and_used(document: dict[str, Any]) -> None:
    for name, schema in document["components"]["schemas"].items():
        Draft202012Validator({**schema, "components": document["components"]})
        assert f"#/components/schemas/{name}'" in str(document)


@pytest.mark.parametrize("path", POSTS)
def test_every_example_has_the_documented_response(
    client: httpx.Client, document: dict[str, Any], path: str
) -> None:
    operation = document["paths"][path]["post"]
    examples = operation["requestBody"]["content"]["application/json"]["examples"]
    assert list(examples) == (["two"] if path in MAX_BY_PATH else list(EXAMPLES))
    for name, example in examples.items():
        response = client.post(path, json=example["value"])
        assert response.status_code == 200
        validator(document, operation, 200).validate(response.json())
        responses = response.json() if name == "two" else [response.json()]
        labels = list(EXAMPLES) if name == "two" else [name]
        assert [("benign", "malignant")[each["prediction"]] for each in responses] == labels


@pytest.mark.parametrize("path", GETS)
def test_every_get_has_the_documented_response(
    client: httpx.Client, document: dict[str, Any], path: str
) -> None:
    response = client.get(path)
    validator(document, document["paths"][path]["get"], 200).validate(response.json())


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize(
    ("options", "status"),
    [
        ({"content": b""}, 400),
        ({"content": b" " * (Settings().body_limit + 1)}, 413),
        ({"data": {"a": "b"}}, 415),
    ],
    ids=["400", "413", "415"],
)
def test_every_error_example_is_the_real_response(
    client: httpx.Client, document: dict[str, Any], path: str, options: Any, status: int
) -> None:
    operation = document["paths"][path]["post"]
    example = operation["responses"][str(status)]["content"]["application/json"]["example"]
    response = client.post(path, **options)
    assert (response.status_code, response.json()) == (status, example)
    is_batch = status == 400 and path in MAX_BY_PATH
    assert example["reason"] == (not_a_batch(MAX_BY_PATH[path]) if is_batch else REASONS[status])
    validator(document, operation, status).validate(response.json())


@pytest.mark.parametrize("path", MAX_BY_PATH)
def test_error_responses_within_a_batch_are_documented(
    client: httpx.Client, document: dict[str, Any], path: str
) -> None:
    unusual = {**EXAMPLES["benign"], "worstArea": 1e6}
    rows = client.post(path, json=[EXAMPLES["malignant"], None, unusual]).json()
    documented = validator(document, document["paths"][path]["post"], 200)
    documented.validate(rows)
    assert not documented.is_valid([{**rows[0], "prediction": 2}])
    assert not documented.is_valid([{**rows[1], "status": "200"}])


def test_every_operation_and_field_has_a_description(document: dict[str, Any]) -> None:
    for operations in document["paths"].values():
        assert all(each["summary"] and each["description"] for each in operations.values())
    fields = document["components"]["schemas"]["Explanation"]["properties"]
    assert all("description" in fields[name] for name in set(fields) - {"reason", "status"})


@pytest.mark.parametrize("keys", ["", "0" * 64])
def test_documents_ordinary_routes_by_the_responses_they_get(
    scorecard: model.Scorecard, keys: str
) -> None:
    app = create_app(scorecard, Settings.model_validate({"api_keys": keys}))

    @app.post("/ordinary")
    async def ordinary(number: int) -> int:
        return number  # pragma: no cover

    document = app.openapi()
    operation = document["paths"]["/ordinary"]["post"]
    schema = operation["responses"]["422"]["content"]["application/json"]["schema"]
    assert schema == {"$ref": "#/components/schemas/ErrorResponse"}
    assert ("401" in operation["responses"]) == ("security" in operation) == bool(keys)
    assert "ValidationError" not in json.dumps(document)
