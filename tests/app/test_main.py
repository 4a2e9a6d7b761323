"""The application as a whole: its middleware in order, its start, and one prediction over HTTP."""

import asyncio
import logging
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from app.api.schemas import EXAMPLES, FEATURE_NAMES
from app.main import create_app
from app.middleware.api_key import digest
from app.middleware.security_headers import API_HEADERS
from app.settings import Settings
from model import Scorecard
from tests.app.asgi import call, error_reason
from tests.app.failing_app import add_endpoints
from tests.conftest import ROOT, running

KEY = {"x-api-key": "key"}
SITE = "https://clinic.example"
OTHER_SITE = "https://other.example"
ALLOWED = "access-control-allow-origin"
PREFLIGHT = {
    "access-control-request-method": "POST",
    "access-control-request-headers": "content-type,x-api-key,x-request-id",
}


@pytest.fixture(scope="module")
def app(scorecard: Scorecard) -> FastAPI:
    """The application with all middleware, and with endpoints that fail."""
    settings = Settings(
        api_keys=(digest("key").hex(),), body_limit=1000, body_timeout=0.05, cors_origins=(SITE,)
    )
    return add_endpoints(create_app(scorecard, settings))


async def stalled() -> AsyncIterator[bytes]:
    yield b"{"
    await asyncio.sleep(5)


OBSERVATION = {"json": EXAMPLES["benign"], "headers": KEY}


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("request_line", "options", "status", "reason"),
    [
        ("POST /predict", OBSERVATION, 200, None),
        ("GET /docs", {}, 200, None),
        ("GET /static/main.js", {}, 200, None),
        ("OPTIONS /predict", {"headers": PREFLIGHT}, 200, None),
        ("POST /predict", {"json": {}, "headers": KEY}, 400, "invalid_body"),
        ("POST /predict", {"content": stalled}, 401, "unauthorized"),
        ("POST /nowhere", OBSERVATION, 404, "not_found"),
        ("GET /static/nowhere", {}, 404, "not_found"),
        ("PUT /predict", OBSERVATION, 405, "method_not_allowed"),
        ("POST /predict", {"content": stalled, "headers": KEY}, 408, "timeout"),
        ("POST /predict", {"content": b" " * 1001, "headers": KEY}, 413, "body_too_large"),
        ("POST /predict", {"data": {"a": "b"}, "headers": KEY}, 415, "unsupported_media_type"),
        ("GET /fail/", {}, 500, "error"),
    ],
)
async def test_every_response_has_an_id_security_headers_cors_and_a_log_record(  # noqa: PLR0913, PLR0917
    app: FastAPI,
    caplog: pytest.LogCaptureFixture,
    request_line: str,
    options: dict[str, Any],
    status: int,
    reason: str | None,
) -> None:
    caplog.set_level(logging.INFO, "app.request")
    options = {**options, "headers": {**options.get("headers", {}), "origin": SITE}}
    if options.get("content") is stalled:
        options["content"] = stalled()
    method, path = request_line.split()
    response = await call(app, method, path, **options)
    assert response.status_code == status
    [record] = [vars(each) for each in caplog.records if each.name == "app.request"]
    assert (record["status"], record.get("reason")) == (status, reason)
    assert response.headers.get_list("x-request-id") == [record["request_id"]]
    assert {name.lower() for name in API_HEADERS} <= set(response.headers)
    assert response.headers[ALLOWED] == SITE
    if reason:
        error_reason(response, status)


@pytest.mark.anyio
async def test_rejected_preflight_has_an_id_and_a_log_record_too(
    app: FastAPI, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "app.request")
    headers = {**PREFLIGHT, "origin": OTHER_SITE}
    response = await call(app, "OPTIONS", "/predict", headers=headers)
    assert (response.status_code, response.headers.get(ALLOWED)) == (400, None)
    [record] = [vars(each) for each in caplog.records if each.name == "app.request"]
    assert (record["path"], record["status"]) == ("/predict", 400)
    assert response.headers["x-request-id"] == record["request_id"]
    assert response.headers["cache-control"] == "no-store"


@pytest.mark.anyio
async def test_page_of_a_configured_site_can_read_the_request_id(app: FastAPI) -> None:
    response = await call(app, "GET", "/health", headers={"origin": SITE})
    assert response.headers["access-control-expose-headers"] == "X-Request-ID"
    assert "access-control-allow-credentials" not in response.headers


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("origins", "allowed"),
    [((), None), ((SITE,), None), (("*",), "*"), ((OTHER_SITE,), OTHER_SITE)],
)
async def test_page_of_another_site_can_read_a_response_only_if_configured(
    scorecard: Scorecard, origins: tuple[str, ...], allowed: str | None
) -> None:
    app = create_app(scorecard, Settings(cors_origins=origins))
    headers = {"origin": OTHER_SITE}
    response = await call(app, "POST", "/predict", json=EXAMPLES["benign"], headers=headers)
    assert (response.status_code, response.headers.get(ALLOWED)) == (200, allowed)


@pytest.mark.parametrize("path", ["/predict", "/"])
@pytest.mark.parametrize(
    ("values", "label"),
    [
        ((0.03821, 14.97, 24.64, 677.9, 0.1015), 0),
        ((0.07951, 24.86, 26.58, 1866, 0.01), 1),
        ((0.19, 33.13, 23.58, 3234.0, 0.28), 1),
    ],
)
def test_server_predicts_known_observations(
    client: httpx.Client, path: str, values: tuple[float, ...], label: int
) -> None:
    response = client.post(path, json=dict(zip(FEATURE_NAMES, values, strict=True)))
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json"
    assert response.content == b'{"reason":"OK","prediction":%d,"status":"200"}' % label


def test_works_behind_a_proxy_that_strips_a_prefix() -> None:
    command = [sys.executable, "-m", "uvicorn", "app.main:app", "--port", "0"]
    with (
        running(command, {"ROOT_PATH": "/models/breast"}) as url,
        httpx.Client(base_url=url) as client,
    ):
        for _ in range(2):
            assert client.get("/openapi.json").json()["servers"] == [{"url": "/models/breast"}]
            for path in ("/", "/docs", "/card", "/static/main.js", "/docs/swagger-ui.css"):
                assert client.get(path).status_code == 200, path
        assert client.post("/predict", json=EXAMPLES["malignant"]).json()["prediction"] == 1


@pytest.mark.parametrize(
    "command",
    [
        ["-m", "uvicorn", "app.main:app", "--port", "0"],
        ["-c", "import app.main"],
        ["-c", "import app.lambda_handler"],
    ],
    ids=["uvicorn", "app.main", "app.lambda_handler"],
)
def test_altered_model_stops_the_start(tmp_path: Path, command: list[str]) -> None:
    for package in ("app", "model"):
        shutil.copytree(ROOT / package, tmp_path / package)
    scorecard = tmp_path / "model" / "artifacts" / "scorecard.json"
    scorecard.write_text(scorecard.read_text().replace("0.2012", "0.2013"))
    run = subprocess.run(
        [sys.executable, *command],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert "model.errors.ScorecardAltered" in run.stderr
    assert "Application startup complete" not in run.stderr
    assert run.returncode != 0
