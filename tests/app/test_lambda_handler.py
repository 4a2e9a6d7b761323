import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.headers import HEADERS
from app.lambda_handler import handler
from app.observation import EXAMPLES
from tests import function_url
from tests.conftest import ROOT
from tests.function_url import CONTEXT

EVENTS = sorted(Path(ROOT, "tests", "events").glob("*.json"))
POSTS = ["/predict", "/explain", "/predict/batch", "/explain/batch", "/"]


@pytest.mark.parametrize("path", EVENTS, ids=lambda path: path.stem)
def test_recorded_events(path: Path) -> None:
    recorded = json.loads(path.read_text())
    answer = handler(recorded["event"], CONTEXT)
    assert function_url.without_id(answer) == recorded["response"]


@pytest.mark.parametrize(
    "event",
    [
        None,
        [],
        "text",
        5,
        {},
        {"body": None},
        {"body": EXAMPLES["malignant"]},
        EXAMPLES["malignant"],
        {"Records": [{"eventSource": "aws:s3"}]},
        {"version": "2.0", "requestContext": {"http": None}},
        {"version": "1.0", "requestContext": {}, "httpMethod": "POST", "path": "/predict"},
        {"requestContext": {"elb": {}}, "httpMethod": "POST", "path": "/", "body": "{}"},
    ],
)
def test_an_event_that_is_no_request_is_refused_in_the_contract(event: object) -> None:
    answer = handler(event, CONTEXT)
    assert list(answer) == ["reason", "prediction", "status"]
    assert answer["reason"].startswith("the event must be a Function URL request")
    assert (answer["prediction"], answer["status"]) == ("", "400")


@pytest.mark.parametrize(
    "change",
    [
        {"requestContext": {"http": {}}},
        {"headers": None},
        {"headers": {"content-type": 5}},
        {"body": 5},
        {"body": "e30"},
        {"rawQueryString": None},
    ],
)
def test_a_function_url_event_that_is_broken_is_refused_over_http(change: dict[str, Any]) -> None:
    answer = handler({**function_url.event(b"{}"), **change}, CONTEXT)
    assert answer["statusCode"] == 400
    kept = {name.decode(): value.decode() for name, value in HEADERS}
    assert answer["headers"] == {"content-type": "application/json", **kept}
    assert json.loads(answer["body"])["status"] == "400"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (json.dumps(EXAMPLES["malignant"]), {"reason": "OK", "prediction": 1, "status": "200"}),
        (json.dumps(EXAMPLES["benign"]), {"reason": "OK", "prediction": 0, "status": "200"}),
    ],
)
def test_a_direct_invocation_is_answered_with_the_three_keys(
    text: str, expected: dict[str, Any]
) -> None:
    assert handler({"body": text}, CONTEXT) == expected


@pytest.mark.parametrize("text", ["", "not JSON", "[]", '{"worstArea": 1}'])
def test_a_direct_invocation_is_refused_as_over_http(client: httpx.Client, text: str) -> None:
    assert handler({"body": text}, CONTEXT) == client.post("/predict", content=text).json()


def test_every_endpoint_has_a_recorded_event() -> None:
    sent = [json.loads(path.read_text())["event"].get("rawPath") for path in EVENTS]
    assert {*POSTS, "/model", "/health"} <= {*sent}


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize(
    "content",
    [
        json.dumps(EXAMPLES["malignant"]).encode(),
        json.dumps([*EXAMPLES.values(), None, {}]).encode(),
        json.dumps([EXAMPLES["benign"]] * 2000).encode(),
        b'{"worstArea": 1, "worstArea": 2}',
        b"[]",
        b"",
    ],
    ids=["one", "batch", "2,000", "twice", "none", "nothing"],
)
def test_every_endpoint_answers_as_under_uvicorn(
    client: httpx.Client, path: str, content: bytes
) -> None:
    live = client.post(path, content=content)
    answer = handler(function_url.event(content, path=path), CONTEXT)
    assert (answer["statusCode"], function_url.body(answer)) == (live.status_code, live.content)


@pytest.mark.parametrize("path", ["/model", "/health"])
def test_every_description_is_as_under_uvicorn(client: httpx.Client, path: str) -> None:
    live = client.get(path)
    answer = handler(function_url.event(b"", "GET", path), CONTEXT)
    assert (answer["statusCode"], function_url.body(answer)) == (live.status_code, live.content)


def test_the_openapi_document_and_the_docs_are_text_on_lambda_too(client: httpx.Client) -> None:
    for path in ("/openapi.json", "/docs"):
        answer = handler(function_url.event(b"", "GET", path), CONTEXT)
        assert answer["isBase64Encoded"] is False
        assert answer["body"] == client.get(path).text


def test_an_invocation_loads_nothing() -> None:
    """After the first answer, no invocation opens a file or imports a module."""
    script = """
import sys
from app.headers import HEADERS
from app.lambda_handler import handler
from app.observation import EXAMPLES
from tests import function_url
import json
good = function_url.event(json.dumps(EXAMPLES["malignant"]).encode())
bad = function_url.event(b"{}")
handler(good, function_url.CONTEXT), handler(bad, function_url.CONTEXT)
seen = []
sys.addaudithook(lambda event, _: seen.append(event))
for _ in range(100):
    assert handler(good, function_url.CONTEXT)["statusCode"] == 200
    assert handler(bad, function_url.CONTEXT)["statusCode"] == 400
print([event for event in seen if event in ("open", "import", "exec", "compile")])
open("/dev/null").close()
print(seen.count("open"))
"""
    run = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert run.stdout == "[]\n1\n", "nothing while answering; one open afterwards, which counts"


def test_the_handler_imports_nothing_of_training() -> None:
    run = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", "import app.lambda_handler"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    modules = {line.rpartition("|")[2].strip().partition(".")[0] for line in run.stderr.split("\n")}
    assert {"app", "model", "mangum", "fastapi"} <= modules
    assert not modules & {"numpy", "scipy", "sklearn", "joblib", "training", "tqdm"}


def test_a_cold_start_imports_no_pydantic_v1_and_leaves_it_importable() -> None:
    """FastAPI would import it to check that no route uses it, which takes 20 ms."""
    script = """
import gc, sys
import app.lambda_handler
print("pydantic.v1" in sys.modules, gc.isenabled(), gc.get_freeze_count() > 10_000)
import pydantic.v1
import model
from app.main import create_app
create_app(model.load())
print(sys.modules["pydantic.v1"] is pydantic.v1)
"""
    run = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert run.stdout == "False True True\nTrue\n"


if __name__ == "__main__":
    # Records the answers anew: python -m tests.app.test_lambda_handler. Look at the difference!
    for place in EVENTS:
        entry = json.loads(place.read_text())
        entry["response"] = function_url.without_id(handler(entry["event"], CONTEXT))
        place.write_text(json.dumps(entry, indent=2) + "\n")


@pytest.mark.parametrize(("rows", "status"), [(4_000, 200), (10_000, 413)])
def test_an_answer_that_lambda_cannot_carry_is_refused(rows: int, status: int) -> None:
    body = json.dumps([EXAMPLES["malignant"]] * rows).encode()
    answer = handler(function_url.event(body, path="/explain/batch"), CONTEXT)
    assert answer["statusCode"] == status
    assert len(json.dumps(answer)) < 6_291_556
    if status == 413:
        assert "send fewer observations" in json.loads(answer["body"])["reason"]
