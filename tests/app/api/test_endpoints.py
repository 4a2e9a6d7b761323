"""The endpoints, called as functions and over HTTP."""

import asyncio
import json
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from typing import Any

import httpx
import pytest
from fastapi import Request
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.api.endpoints import Endpoints
from app.api.parsing import MAX_EXPLAINED_ROWS, MAX_ROWS, not_a_batch, parse_batch
from app.api.schemas import EXAMPLES, FEATURE_NAMES, Prediction
from app.lambda_handler import handler
from app.middleware.request_log import log_context
from model import Scorecard
from tests import function_url
from tests.function_url import CONTEXT

MALIGNANT, BENIGN = EXAMPLES["malignant"], EXAMPLES["benign"]
OUTSIDE = {**MALIGNANT, "worstArea": 1e6}
ROWS = [MALIGNANT, None, BENIGN, OUTSIDE, {"worstArea": 1}]
JSON = "application/json"
LAMBDA_LIMIT = 6 * 1024 * 1024
VALID = json.dumps(MALIGNANT).encode()
LAMBDA_LIMIT = 6_291_556
"""The largest response that Lambda returns, in bytes of JSON."""
MAX_BY_PATH = {"/predict": MAX_ROWS, "/explain": MAX_EXPLAINED_ROWS}


def values_of(observation: dict[str, float]) -> tuple[float, ...]:
    return tuple(observation[name] for name in FEATURE_NAMES)


def noted(request: Request) -> dict[str, Any]:
    """Return what an endpoint noted in the log context of ``request``."""
    context = log_context(request.scope)
    values = {field.name: getattr(context, field.name) for field in fields(context)}
    return {name: value for name, value in values.items() if value not in (None, "")}


@pytest.mark.parametrize(("observation", "label"), [(MALIGNANT, 1), (BENIGN, 0)])
def test_endpoints_work_without_middleware(
    scorecard: Scorecard, observation: dict[str, float], label: int
) -> None:
    endpoints, request = Endpoints(scorecard), Request({"type": "http"})
    values = values_of(observation)
    prediction = asyncio.run(endpoints.predict(request, values))
    assert prediction == Prediction(prediction=1 if label else 0)
    assert asyncio.run(endpoints.explain(request, values)).prediction == label
    assert endpoints.predict_batch(request, [values]) == [prediction]


@pytest.mark.parametrize("name", ["predict", "explain"])
@pytest.mark.parametrize("observation", [MALIGNANT, BENIGN, OUTSIDE])
def test_notes_the_outcome_of_one_observation(
    scorecard: Scorecard, name: str, observation: dict[str, float]
) -> None:
    request, values = Request({"type": "http"}), values_of(observation)
    asyncio.run(getattr(Endpoints(scorecard), name)(request, values))
    result = scorecard.predict(values)
    assert noted(request) == {
        "prediction": result.label,
        "decision": result.decision,
        "warnings": scorecard.warnings(values),
    }


@pytest.mark.parametrize(
    ("name", "count_outcomes"),
    [("predict_batch", True), ("explain_batch", True), ("explain_batch", False)],
)
@pytest.mark.parametrize("rows", [ROWS, [None]], ids=["mixed", "none valid"])
def test_notes_the_outcomes_of_a_batch(
    scorecard: Scorecard, name: str, rows: list[Any], *, count_outcomes: bool
) -> None:
    endpoints = Endpoints(scorecard, count_outcomes=count_outcomes)
    request = Request({"type": "http"})
    getattr(endpoints, name)(request, parse_batch(json.dumps(rows).encode(), MAX_ROWS))
    valid = [values_of(row) for row in rows if row and len(row) == 5]
    results = [scorecard.predict(values) for values in valid]
    warnings = [warning for values in valid for warning in scorecard.warnings(values)]
    assert bool(warnings) == bool(valid)
    assert noted(request) == {
        "rows": len(rows),
        "rejected": len(rows) - len(valid),
        "outcomes": Counter((result.label, result.decision) for result in results),
        "warnings": warnings,
    }


def test_a_batch_of_predictions_is_not_counted_without_telemetry(scorecard: Scorecard) -> None:
    request = Request({"type": "http"})
    rows = parse_batch(json.dumps(ROWS).encode(), MAX_ROWS)
    responses = Endpoints(scorecard).predict_batch(request, rows)
    assert noted(request) == {"rows": 5, "rejected": 2}
    counted = Endpoints(scorecard, count_outcomes=True).predict_batch(request, rows)
    assert responses == counted


@pytest.mark.parametrize("path", MAX_BY_PATH)
def test_a_batch_keeps_its_order_with_error_responses_in_place(
    client: httpx.Client, path: str
) -> None:
    single = [client.post(path, content=json.dumps(row)).content for row in ROWS]
    batch = client.post(f"{path}/batch", json=ROWS)
    assert batch.status_code == 200
    assert batch.content == b"[%b]" % b",".join(single)
    assert [row["status"] for row in batch.json()] == ["200", "400", "200", "200", "400"]


@pytest.mark.parametrize(("path", "most"), MAX_BY_PATH.items())
@pytest.mark.parametrize("row", [VALID, b"null"], ids=["valid", "invalid"])
def test_a_batch_has_a_maximum_of_rows(
    client: httpx.Client, path: str, most: int, row: bytes
) -> None:
    single = client.post(path, content=row).content
    response = client.post(f"{path}/batch", content=b"[%b]" % b",".join([row] * most))
    assert (response.status_code, response.content) == (200, b"[%b]" % b",".join([single] * most))
    too_many = b"[%b]" % b",".join([row] * (most + 1))
    assert client.post(f"{path}/batch", content=too_many).json() == {
        "reason": not_a_batch(most),
        "prediction": "",
        "status": "400",
    }


@pytest.mark.parametrize(
    ("path", "row"),
    [
        ("/explain", dict.fromkeys(FEATURE_NAMES, sys.float_info.max)),
        ("/explain", dict.fromkeys(FEATURE_NAMES, 0)),
        ("/predict", {**dict.fromkeys(FEATURE_NAMES, -1), "x" * 40: 0}),  # The longest reason.
    ],
    ids=["largest values", "smallest values", "longest reason"],
)
def test_the_largest_response_fits_lambda(
    client: httpx.Client, path: str, row: dict[str, float]
) -> None:
    body = json.dumps([row] * MAX_BY_PATH[path], separators=(",", ":"))
    response = client.post(f"{path}/batch", content=body)
    assert response.status_code == 200
    assert len(json.dumps(response.text)) < LAMBDA_LIMIT


def test_root_is_the_same_as_predict(client: httpx.Client) -> None:
    for row in ROWS:
        assert client.post("/", json=row).content == client.post("/predict", json=row).content


def test_health_has_the_digest_of_the_verified_model(
    client: httpx.Client, scorecard: Scorecard
) -> None:
    response = client.get("/health")
    assert response.status_code == 200
    assert response.json() == {"reason": "OK", "status": "200", "model": scorecard.digest}


def test_health_is_answered_while_batches_run(server: httpx.Client) -> None:
    # One invalid row, as the slower parser takes longer.
    batch = b"[%b, null]" % b",".join([VALID] * (MAX_ROWS - 1))
    with ThreadPoolExecutor(4) as pool:
        batches = [pool.submit(server.post, "/predict/batch", content=batch) for _ in range(4)]
        answered = 0
        while not all(each.done() for each in batches):
            assert server.get("/health").status_code == 200
            answered += 1
    assert [each.result().status_code for each in batches] == [200] * 4
    # A batch that held the event loop would let in a few requests, between two batches.
    assert answered > 9


numbers = st.floats() | st.integers() | st.integers(min_value=10**300, max_value=10**310)
values = st.recursive(
    st.none() | st.booleans() | numbers | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)
almost_observations = st.fixed_dictionaries(
    {name: st.floats(min_value=0) | values for name in FEATURE_NAMES[:3]},
    optional={name: st.floats(min_value=0) | values for name in FEATURE_NAMES[3:]},
)
observations = st.fixed_dictionaries(
    {
        name: st.floats(min_value=0, allow_infinity=False) | st.integers(0, 10**300)
        for name in FEATURE_NAMES
    }
)
rows = values | almost_observations | observations
bodies = st.binary() | rows.map(lambda row: json.dumps(row).encode())
batches = st.lists(rows, max_size=4).map(lambda rows: json.dumps(rows).encode())
single_paths = st.sampled_from(["/predict", "/explain", "/"])
batch_paths = st.sampled_from(["/predict/batch", "/explain/batch"])
content_types = st.sampled_from([None, JSON, "text/plain", "application/json;a=b"])


def respond(
    server: httpx.Client, method: str, path: str, body: bytes, content_type: str | None = None
) -> tuple[int, bytes]:
    """Return the status and body of uvicorn's response, which must be the same as Lambda's."""
    headers = {"content-type": content_type} if content_type else {}
    response = server.request(method, path, content=body, headers=headers)
    event = handler(function_url.event(body, method, path, headers), CONTEXT)
    assert response.headers["content-type"] == event["headers"]["content-type"] == JSON
    assert response.headers.get("allow") == event["headers"].get("allow")
    assert response.status_code == event["statusCode"]
    assert response.content == function_url.body(event)
    return response.status_code, response.content


def check_contract(response: dict[str, Any]) -> int:
    """Check the three keys; return the status."""
    assert list(response)[:3] == ["reason", "prediction", "status"]
    status = int(response["status"])
    assert (response["reason"] == "OK") == (response["prediction"] in (0, 1)) == (status == 200)
    assert len(response) == 3 or status == 200
    return status


@settings(max_examples=200)
@given(single_paths, bodies, content_types)
@example("/predict", b'{"worstArea":' * 100_000, None)
@example("/explain", b"1" * 10_000, JSON)
def test_every_body_gets_a_response_in_the_contract(
    server: httpx.Client, path: str, body: bytes, content_type: str | None
) -> None:
    status, content = respond(server, "POST", path, body, content_type)
    assert check_contract(json.loads(content)) == status
    assert status in (200, 400, 415)


@settings(max_examples=200)
@given(batch_paths, batches | bodies, content_types)
@example("/predict/batch", b"[" * 100_000, None)
@example("/explain/batch", b"[null]", None)
def test_every_row_of_a_batch_gets_a_response_in_the_contract(
    server: httpx.Client, path: str, body: bytes, content_type: str | None
) -> None:
    status, content = respond(server, "POST", path, body, content_type)
    response = json.loads(content)
    if status == 200:
        assert len(response) == len(json.loads(body))
        assert {check_contract(each) for each in response} <= {200, 400}
    else:
        assert check_contract(response) == status
        assert status in (400, 415)


@settings(max_examples=200)
@given(observations | almost_observations)
def test_only_observations_are_predicted(client: httpx.Client, body: dict[str, Any]) -> None:
    is_observation = len(body) == 5 and all(
        type(value) in (int, float) and 0 <= value <= sys.float_info.max for value in body.values()
    )
    response = client.post("/predict", content=json.dumps(body))
    assert (response.status_code == 200) == is_observation


@settings(max_examples=50)
@given(
    st.sampled_from(
        ["/predict", "/explain/batch", "/model", "/health", "/", "/docs", "/nowhere", "/predict/"]
    ),
    st.sampled_from(["PUT", "PATCH", "DELETE", "OPTIONS", "PURGE"]),
)
def test_other_methods_and_paths_are_rejected(server: httpx.Client, path: str, method: str) -> None:
    status, content = respond(server, method, path, b"")
    assert check_contract(json.loads(content)) == status
    assert status in (404, 405)
