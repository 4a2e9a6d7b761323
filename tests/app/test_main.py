import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

import model
from app.errors import REASONS
from app.main import create_app
from app.observation import EXAMPLES, FEATURE_NAMES, ContractMismatch
from tests.conftest import ROOT

KNOWN = [
    ((0.03821, 14.97, 24.64, 677.9, 0.1015), 0),
    ((0.07951, 24.86, 26.58, 1866.0, 0.01), 1),
    ((0.19, 33.13, 23.58, 3234.0, 0.28), 1),
]
MISSING = (
    b'{"reason":"\'body\' must contain values for: meanConcavePoints, worstRadius, worstTexture, '
    b'worstArea, worstConcavePoints","prediction":"","status":"400"}'
)
CANARY = "7318529"


def body(**changes: Any) -> dict[str, Any]:
    return {**EXAMPLES["malignant"], **changes}


def refused(response: httpx.Response, status: int) -> str:
    """Check that ``response`` is a refusal in the contract; return its reason."""
    assert response.status_code == status
    assert response.headers["content-type"] == "application/json"
    answer = response.json()
    assert list(answer) == ["reason", "prediction", "status"]
    assert (answer["prediction"], answer["status"]) == ("", str(status))
    reason: str = answer["reason"]
    return reason


@pytest.mark.parametrize("path", ["/predict", "/"])
@pytest.mark.parametrize(("values", "label"), KNOWN)
def test_the_known_observations(
    client: httpx.Client, path: str, values: tuple[float, ...], label: int
) -> None:
    response = client.post(path, json=dict(zip(FEATURE_NAMES, values, strict=True)))
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json"
    assert response.content == b'{"reason":"OK","prediction":%d,"status":"200"}' % label


def test_the_order_of_the_keys_does_not_matter(client: httpx.Client) -> None:
    backwards = dict(reversed(EXAMPLES["malignant"].items()))
    assert client.post("/predict", json=backwards).json()["prediction"] == 1


def test_a_whole_number_is_a_number(client: httpx.Client) -> None:
    assert client.post("/predict", json=body(worstArea=1866)).json()["prediction"] == 1


@pytest.mark.parametrize("path", ["/predict", "/"])
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not JSON",
        b"{",
        b"[1, 2, 3, 4, 5]",
        b'"text"',
        b"null",
        b"0.07951",
        b"{}",
        b"\xff\xfe\x00",
        b"[" * 100_000,
        b'{"worstArea": ' + b"1" * 5000 + b"}",
        b'{"worstArea": ' + b"[" * 100_000,
    ],
)
def test_a_body_without_an_observation(client: httpx.Client, path: str, content: bytes) -> None:
    response = client.post(path, content=content, headers={"content-type": "application/json"})
    assert response.status_code == 400
    assert response.headers["content-type"] == "application/json"
    assert response.content == MISSING


@pytest.mark.parametrize("name", FEATURE_NAMES)
def test_a_missing_feature(client: httpx.Client, name: str) -> None:
    observation = body(worstTexture=CANARY)
    del observation[name]
    response = client.post("/predict", json=observation)
    assert (response.status_code, response.content) == (400, MISSING)


@pytest.mark.parametrize("name", FEATURE_NAMES)
@pytest.mark.parametrize(
    "value",
    [
        f'"{CANARY}"',
        "true",
        "null",
        "NaN",
        "Infinity",
        "-Infinity",
        "1e999",
        f"-{CANARY}",
        "-1e-300",
        f"[{CANARY}]",
        f'{{"a": {CANARY}}}',
        "9" * 400,
        "9" * 5000,
    ],
)
def test_a_bad_value_is_refused_by_name_and_not_repeated(
    client: httpx.Client, name: str, value: str
) -> None:
    fields = {key: str(number) for key, number in EXAMPLES["malignant"].items()} | {name: value}
    content = "{" + ", ".join(f'"{key}": {text}' for key, text in fields.items()) + "}"
    response = client.post("/predict", content=content)
    assert refused(response, 400) == f"'{name}' must be a finite number, 0 or more"
    assert CANARY not in response.text


def test_an_unknown_key_is_named(client: httpx.Client) -> None:
    response = client.post("/predict", json=body(meanRadius=float(CANARY)))
    reason = refused(response, 400)
    assert reason.startswith("'meanRadius' is not a feature; 'body' takes only: meanConcave")
    assert CANARY not in response.text


@pytest.mark.parametrize(
    "content_type", ["application/json; charset=utf-8", "application/vnd.clinic+json", None]
)
def test_a_body_sent_as_json_or_without_saying(
    client: httpx.Client, content_type: str | None
) -> None:
    headers = {"content-type": content_type} if content_type else {}
    sent = httpx.Request("POST", client.base_url, json=EXAMPLES["malignant"]).content
    assert client.post("/predict", content=sent, headers=headers).status_code == 200


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "text/json", "nonsense"]
)
def test_a_body_sent_as_something_else(client: httpx.Client, content_type: str) -> None:
    headers = {"content-type": content_type}
    assert refused(client.post("/predict", content=b"{}", headers=headers), 415) == REASONS[415]
    assert client.post("/predict", headers=headers).content == MISSING


@pytest.mark.parametrize("path", ["/nowhere", "/predict/", "/predict/1", "/docs/x"])
def test_a_path_that_does_not_exist(client: httpx.Client, path: str) -> None:
    assert refused(client.get(path), 404) == REASONS[404]


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/predict", "POST"),
        ("/explain", "POST"),
        ("/predict/batch", "POST"),
        ("/explain/batch", "POST"),
        ("/model", "GET"),
        ("/health", "GET"),
        ("/", "GET, HEAD, POST"),
        ("/openapi.json", "GET, HEAD"),
    ],
)
def test_a_method_that_a_path_does_not_take(client: httpx.Client, path: str, allowed: str) -> None:
    response = client.put(path, json=EXAMPLES["malignant"])
    assert refused(response, 405) == REASONS[405]
    assert response.headers["allow"] == allowed


def test_the_root_is_a_page_for_people(client: httpx.Client) -> None:
    response = client.get("/")
    assert response.status_code == 200
    assert "<title>Breast tumour classifier</title>" in response.text
    assert "Swagger UI" in client.get("/docs").text


def test_a_model_that_is_not_the_requests_is_not_served(scorecard: model.Scorecard) -> None:
    with pytest.raises(ContractMismatch):
        create_app(replace(scorecard, features=scorecard.features[1:], input_checks=()))


def test_a_broken_scorecard_stops_the_service_at_start(tmp_path: Path) -> None:
    for room in ("app", "model"):
        shutil.copytree(ROOT / room, tmp_path / room)
    card = tmp_path / "model" / "artifacts" / "scorecard.json"
    card.write_text(card.read_text().replace("0.2012", "0.2013"))
    started = subprocess.run(
        [sys.executable, "-m", "uvicorn", "app.main:app", "--port", "0"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert started.returncode != 0
    last = started.stderr.strip().splitlines()[-1]
    assert re.match(r"model\.errors\.ScorecardAltered: .*it states the SHA-256", last)
    assert "running on" not in started.stderr
