"""For whatever is sent: a clear answer in the contract, the same from uvicorn and Lambda."""

import json
import sys
from typing import Any

import httpx
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.lambda_handler import handler
from app.observation import FEATURE_NAMES
from tests import function_url
from tests.function_url import CONTEXT

numbers = st.floats() | st.integers() | st.integers(min_value=10**300, max_value=10**310)
values = st.recursive(
    st.none() | st.booleans() | numbers | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)
nearly_observations = st.fixed_dictionaries(
    {name: st.floats(min_value=0) | values for name in FEATURE_NAMES[:3]},
    optional={name: st.floats(min_value=0) | values for name in FEATURE_NAMES[3:]},
)
observations = st.fixed_dictionaries(
    {
        name: st.floats(min_value=0, allow_infinity=False) | st.integers(0, 10**300)
        for name in FEATURE_NAMES
    }
)
contents = st.binary() | (values | nearly_observations | observations).map(
    lambda value: json.dumps(value).encode()
)
batches = st.lists(values | nearly_observations | observations, max_size=4).map(
    lambda rows: json.dumps(rows).encode()
)
single_paths = st.sampled_from(["/predict", "/explain", "/"])
batch_paths = st.sampled_from(["/predict/batch", "/explain/batch"])
content_types = st.sampled_from([None, "application/json", "text/plain", "application/json;a=b"])


def answers(
    client: httpx.Client, path: str, content: bytes, content_type: str | None = None
) -> list[dict[str, Any]]:
    """Return the status, the relevant headers and the body from uvicorn and from Lambda."""
    headers = {"content-type": content_type} if content_type else {}
    live = client.post(path, content=content, headers=headers)
    event = handler(function_url.event(content, path=path, headers=headers), CONTEXT)
    return [
        {"status": status, "content-type": named["content-type"], "body": body}
        for status, named, body in (
            (live.status_code, live.headers, live.content),
            (event["statusCode"], event["headers"], function_url.body(event)),
        )
    ]


def contract(answer: dict[str, Any]) -> int:
    """Check that ``answer`` begins with the three keys and that they agree; return its status."""
    assert list(answer)[:3] == ["reason", "prediction", "status"]
    status = int(answer["status"])
    assert (answer["reason"] == "OK") == (answer["prediction"] in (0, 1)) == (status == 200)
    assert len(answer) == 3 or status == 200
    return status


@settings(max_examples=400)
@given(single_paths, contents, content_types)
@example("/predict", b'{"worstArea":' * 100_000, None)
@example("/explain", b"1" * 10_000, "application/json")
def test_every_body_gets_one_clear_answer(
    client: httpx.Client, path: str, content: bytes, content_type: str | None
) -> None:
    live, on_lambda = answers(client, path, content, content_type)
    assert live == on_lambda
    assert live["content-type"] == "application/json"
    assert contract(json.loads(live["body"])) == live["status"]
    assert live["status"] in (200, 400, 415)


@settings(max_examples=300)
@given(batch_paths, batches | contents, content_types)
@example("/predict/batch", b"[" * 100_000, None)
@example("/explain/batch", b"[null]", None)
def test_every_batch_gets_one_clear_answer(
    client: httpx.Client, path: str, content: bytes, content_type: str | None
) -> None:
    live, on_lambda = answers(client, path, content, content_type)
    assert live == on_lambda
    assert live["content-type"] == "application/json"
    answer = json.loads(live["body"])
    if live["status"] != 200:
        assert live["status"] in (400, 415)
        assert contract(answer) == live["status"]
        return
    assert len(answer) == len(json.loads(content))
    assert {contract(each) for each in answer} <= {200, 400}


@settings(max_examples=200)
@given(single_paths, observations)
def test_every_observation_is_predicted(
    client: httpx.Client, path: str, body: dict[str, float]
) -> None:
    live, on_lambda = answers(client, path, json.dumps(body).encode())
    assert live == on_lambda
    assert live["status"] == 200


@settings(max_examples=200)
@given(nearly_observations)
def test_only_an_observation_is_predicted(client: httpx.Client, body: dict[str, Any]) -> None:
    status = client.post("/predict", content=json.dumps(body)).status_code
    right = len(body) == 5 and all(
        type(value) in (int, float) and 0 <= value <= sys.float_info.max for value in body.values()
    )
    assert (status == 200) == right


@given(
    st.sampled_from(
        ["/predict", "/explain/batch", "/model", "/health", "/", "/docs", "/nowhere", "/predict/"]
    ),
    st.sampled_from(["PUT", "PATCH", "DELETE", "OPTIONS", "PURGE"]),
)
def test_other_methods_and_paths_are_refused_alike(
    client: httpx.Client, path: str, method: str
) -> None:
    live = client.request(method, path)
    event = handler(function_url.event(b"", method, path), CONTEXT)
    assert live.status_code == event["statusCode"]
    assert live.status_code in (404, 405)
    assert live.headers.get("allow") == event["headers"].get("allow")
    assert live.content == function_url.body(event)
