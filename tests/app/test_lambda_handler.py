import json
import os
import subprocess
import sys
from typing import Any

import httpx
import pytest

from app.api.parsing import MAX_EXPLAINED_ROWS, MAX_ROWS
from app.api.schemas import EXAMPLES, FEATURE_NAMES
from app.lambda_handler import handler
from app.middleware.api_key import digest
from app.middleware.security_headers import API_HEADERS
from tests.conftest import ROOT
from tests.function_url import CONTEXT, RECORDED, FunctionUrlTransport, event, without_id

MALIGNANT = json.dumps(EXAMPLES["malignant"])
POSTS = ["/predict", "/explain", "/predict/batch", "/explain/batch", "/"]
RESPONSE_LIMIT = 6_291_556  # Lambda's, in bytes of JSON.


@pytest.fixture
def function() -> httpx.Client:
    """A client of the handler in this process, over Function URL events."""
    transport = FunctionUrlTransport(lambda event: handler(event, CONTEXT))
    return httpx.Client(transport=transport, base_url="http://function")


def run_python(script: str, *options: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    """Run ``script`` in a new process with these environment variables."""
    return subprocess.run(
        [sys.executable, *options, "-c", script],
        cwd=ROOT,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=True,
    )


@pytest.mark.parametrize("name", RECORDED)
def test_returns_the_recorded_response(name: str) -> None:
    response = handler(RECORDED[name]["event"], CONTEXT)
    assert without_id(response) == RECORDED[name]["response"]


def test_every_endpoint_has_a_recorded_event() -> None:
    paths = {recorded["event"].get("rawPath") for recorded in RECORDED.values()}
    assert {*POSTS, "/model", "/health"} <= paths


@pytest.mark.parametrize(
    "event",
    [
        None,
        [],
        "text",
        5,
        {},
        {"body": None},
        {"body": "\ud800"},
        {"body": EXAMPLES["malignant"]},
        EXAMPLES["malignant"],
        {"Records": [{"eventSource": "aws:s3"}]},
        {"version": "2.0", "requestContext": {"http": None}},
        {"version": "1.0", "requestContext": {}, "httpMethod": "POST", "path": "/predict"},
        {"requestContext": {"elb": {}}, "httpMethod": "POST", "path": "/", "body": "{}"},
    ],
)
def test_rejects_other_events_with_the_three_keys(event: object) -> None:
    response = handler(event, CONTEXT)
    assert list(response) == ["reason", "prediction", "status"]
    assert response["reason"].startswith("the event must be a Function URL request")
    assert (response["prediction"], response["status"]) == ("", "400")


@pytest.mark.parametrize(
    "change",
    [
        {"requestContext": {"http": {}}},
        {"headers": None},
        {"headers": {"content-type": 5}},
        {"headers": {"content-type": "\ud800"}},
        {"body": 5},
        {"body": "e30"},
        {"rawQueryString": None},
    ],
)
def test_rejects_malformed_url_events_over_http(change: dict[str, Any]) -> None:
    response = handler({**event(b"{}"), **change}, CONTEXT)
    assert response["statusCode"] == 400
    assert json.loads(response["body"])["status"] == "400"
    assert response["headers"] == {
        "content-type": "application/json",
        **{name.lower(): value for name, value in API_HEADERS.items()},
    }


@pytest.mark.parametrize(
    ("text", "prediction"),
    [
        (MALIGNANT, 1),
        (json.dumps(EXAMPLES["benign"]), 0),
        ("", ""),
        ("not JSON", ""),
        ("[]", ""),
        ('{"worstArea": 1}', ""),
    ],
)
def test_direct_invocation_returns_the_body_of_predict(
    client: httpx.Client, text: str, prediction: object
) -> None:
    response = handler({"body": text}, CONTEXT)
    assert response == client.post("/predict", content=text).json()
    assert list(response) == ["reason", "prediction", "status"]
    assert response["prediction"] == prediction


def test_direct_invocation_passes_the_api_key() -> None:
    script = f"""
from app.lambda_handler import handler
from tests.function_url import CONTEXT
for key in ({{"apiKey": "secret"}}, {{"apiKey": "wrong"}}, {{"apiKey": 5}}, {{}}):
    print(handler({{"body": {MALIGNANT!r}, **key}}, CONTEXT)["status"])
"""
    run = run_python(script, API_KEYS=digest("secret").hex())
    assert run.stdout.split() == ["200", "401", "401", "401"]


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize(
    "content",
    [
        MALIGNANT.encode(),
        json.dumps([*EXAMPLES.values(), None, {}]).encode(),
        json.dumps([EXAMPLES["benign"]] * MAX_EXPLAINED_ROWS).encode(),
        b'{"worstArea": 1, "worstArea": 2}',
        b"[]",
        b"",
    ],
    ids=["one", "batch", "1000", "duplicate-key", "no-rows", "empty"],
)
def test_post_responds_as_under_uvicorn(
    client: httpx.Client, function: httpx.Client, path: str, content: bytes
) -> None:
    served, invoked = (each.post(path, content=content) for each in (client, function))
    assert (invoked.status_code, invoked.content) == (served.status_code, served.content)


@pytest.mark.parametrize("path", ["/model", "/health", "/openapi.json", "/docs"])
def test_get_responds_with_text_as_under_uvicorn(client: httpx.Client, path: str) -> None:
    response = handler(event(b"", "GET", path), CONTEXT)
    served = client.get(path)
    assert response["isBase64Encoded"] is False
    assert (response["statusCode"], response["body"]) == (served.status_code, served.text)


@pytest.mark.parametrize(
    ("path", "rows", "row"),
    [
        # The longest reason: five invalid values, and an unknown key of the longest length.
        ("/predict/batch", MAX_ROWS, dict.fromkeys([*FEATURE_NAMES, "k" * 40], -1)),
        # The longest numbers, all outside the training range.
        ("/explain/batch", MAX_EXPLAINED_ROWS, dict.fromkeys(FEATURE_NAMES, 1.234567890123456e300)),
    ],
)
def test_the_largest_responses_fit_lambdas_limit(path: str, rows: int, row: object) -> None:
    response = handler(event(json.dumps([row] * rows).encode(), path=path), CONTEXT)
    assert response["statusCode"] == 200
    assert RESPONSE_LIMIT / 4 < len(json.dumps(response)) < RESPONSE_LIMIT


def test_invocations_after_the_first_load_nothing() -> None:
    script = f"""
import sys
from app.lambda_handler import handler
from tests.function_url import CONTEXT, event
valid, invalid = event({MALIGNANT!r}.encode()), event(b"{{}}")
handler(valid, CONTEXT), handler(invalid, CONTEXT)
seen = []
sys.addaudithook(lambda event, _: seen.append(event))
for _ in range(100):
    assert handler(valid, CONTEXT)["statusCode"] == 200
    assert handler(invalid, CONTEXT)["statusCode"] == 400
print([event for event in seen if event in ("open", "import", "exec", "compile")])
open("/dev/null").close()
print(seen.count("open"))
"""
    assert run_python(script).stdout == "[]\n1\n", "nothing, then one open by the script"


def test_imports_nothing_of_training_and_freezes_the_rest() -> None:
    script = "import gc, app.lambda_handler; print(gc.isenabled(), gc.get_freeze_count() > 10_000)"
    run = run_python(script, "-X", "importtime")
    modules = {line.rpartition("|")[2].strip().partition(".")[0] for line in run.stderr.split("\n")}
    assert {"app", "model", "mangum", "fastapi"} <= modules
    assert not modules & {"numpy", "scipy", "sklearn", "joblib", "training", "tqdm"}
    assert run.stdout == "True True\n"


if __name__ == "__main__":
    # python -m tests.app.test_lambda_handler records the responses again. Review the changes!
    for name, recorded in RECORDED.items():
        response = without_id(handler(recorded["event"], CONTEXT))
        if response != recorded["response"]:
            text = json.dumps({**recorded, "response": response}, indent=2)
            (ROOT / "tests" / "events" / f"{name}.json").write_text(f"{text}\n", encoding="utf-8")
