import asyncio
import json
import re
import socket
import subprocess
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from fastapi import FastAPI
from mangum import Mangum
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from app.api.errors import REASONS, Unauthorized
from app.api.schemas import EXAMPLES, Prediction
from app.main import create_app
from app.middleware.api_key import PREFIX, ApiKeyMiddleware, digest, new_key
from app.settings import Settings
from model import Scorecard
from tests import function_url
from tests.app.asgi import call, error_reason, is_passed_on
from tests.app.server import uvicorn

FIRST, SECOND, OTHER = (PREFIX + letter * 43 for letter in "abc")
SETTINGS = Settings(api_keys=(digest(FIRST).hex(), digest(SECOND).hex().upper()))
OBSERVATION = EXAMPLES["malignant"]
POSTS = ["/predict", "/explain", "/predict/batch", "/explain/batch", "/"]

INVALID_KEYS = ["", OTHER, FIRST[:-1], f"{FIRST}a", FIRST.upper(), digest(FIRST).hex(), "\xe9"]


def test_new_keys_differ_and_are_found_by_secret_scanners() -> None:
    keys = {new_key() for _ in range(100)}
    assert len(keys) == 100
    assert all(re.fullmatch(rf"{PREFIX}[\w-]{{43}}", key) for key in keys)


def test_digest_is_that_of_sha256sum() -> None:
    run = subprocess.run(["sha256sum"], input=FIRST.encode(), capture_output=True, check=True)
    assert run.stdout.split()[0].decode() == digest(FIRST).hex()


# Around a tiny application:


async def reject(_: Request, error: Exception) -> Response:
    assert isinstance(error, Unauthorized)
    return PlainTextResponse("rejected", error.status_code)


# The digest of the empty key is there to show that even then no key is not a key.
guarded = partial(
    ApiKeyMiddleware, digests=[digest(key) for key in (FIRST, SECOND, "")], on_error=reject
)


@pytest.mark.anyio
@pytest.mark.parametrize("key", [FIRST, SECOND])
async def test_each_configured_key_is_accepted(key: str) -> None:
    app = guarded(PlainTextResponse("accepted"))
    assert (await call(app, "POST", "/", headers={"x-api-key": key})).text == "accepted"


@pytest.mark.anyio
@pytest.mark.parametrize("key", [None, *INVALID_KEYS])
async def test_any_other_key_is_rejected(key: str | None) -> None:
    headers = [] if key is None else [(b"x-api-key", key.encode("latin-1"))]
    response = await call(guarded(PlainTextResponse("accepted")), "POST", "/", headers=headers)
    assert (response.status_code, response.text) == (401, "rejected")


@pytest.mark.anyio
@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
async def test_other_methods_need_no_key(method: str) -> None:
    assert (await call(guarded(PlainTextResponse("")), method, "/")).status_code == 200


@pytest.mark.anyio
async def test_other_scopes_are_passed_on() -> None:
    assert await is_passed_on(guarded)


# In the application:


@pytest.fixture(scope="module")
def app(scorecard: Scorecard) -> FastAPI:
    """The application with two keys, and with an endpoint that was added later."""
    created = create_app(scorecard, SETTINGS)

    @created.post("/later")
    async def answer() -> str:
        return "accepted"

    return created


def test_posts_are_all_of_the_api(app: FastAPI) -> None:
    paths = app.openapi()["paths"].items()
    assert {path for path, operations in paths if "post" in operations} == {*POSTS, "/later"}


@pytest.mark.anyio
@pytest.mark.parametrize("path", [*POSTS, "/later", "/unknown"])
async def test_every_post_requires_a_key(app: FastAPI, path: str) -> None:
    # An invalid body makes no difference: nothing is revealed about it.
    for content in (json.dumps(OBSERVATION), "{", "", "[" * 100_000, "x" * 3_000_000):
        response = await call(app, "POST", path, content=content, headers={"x-api-key": OTHER})
        assert error_reason(response, 401) == REASONS[401]
        assert response.headers["www-authenticate"] == "APIKey"
    keyed = await call(app, "POST", path, json=OBSERVATION, headers={"x-api-key": SECOND})
    assert keyed.status_code == {"/unknown": 404}.get(path, 400 if "batch" in path else 200)


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 200),
        ("GET", "/card", 200),
        ("GET", "/docs", 200),
        ("GET", "/health", 200),
        ("GET", "/model", 200),
        ("GET", "/openapi.json", 200),
        ("GET", "/predict", 405),
    ],
)
async def test_other_requests_need_no_key(
    app: FastAPI, method: str, path: str, status: int
) -> None:
    assert (await call(app, method, path, content=b"{}")).status_code == status


@pytest.mark.anyio
async def test_openapi_document_has_the_real_401_response(app: FastAPI) -> None:
    operation = app.openapi()["paths"]["/predict"]["post"]
    example = operation["responses"]["401"]["content"]["application/json"]["example"]
    assert (await call(app, "POST", "/predict")).json() == example


@pytest.fixture
def event_loop_of_mangum() -> Iterator[None]:
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    yield
    loop.close()
    asyncio.set_event_loop(None)


@pytest.mark.usefixtures("event_loop_of_mangum")
@pytest.mark.parametrize(
    ("headers", "status"), [({}, 401), ({"x-api-key": OTHER}, 401), ({"x-api-key": FIRST}, 200)]
)
def test_key_is_required_on_lambda(app: FastAPI, headers: dict[str, str], status: int) -> None:
    event = function_url.event(json.dumps(OBSERVATION).encode(), headers=headers)
    response = Mangum(app, lifespan="off")(event, function_url.CONTEXT)
    assert response["statusCode"] == status
    assert json.loads(function_url.body(response))["status"] == str(status)


def test_server_rejects_before_the_body_and_shows_no_key_or_digest(tmp_path: Path) -> None:
    log = tmp_path / "log"
    variables = {"API_KEYS": ",".join(SETTINGS.api_keys), "LOG_LEVEL": "DEBUG"}
    with uvicorn(log, "app.main:app", **variables, PYTHONDEVMODE="1") as url:
        seen = "".join(responses(url))
        head = b"POST /predict HTTP/1.1\r\nHost: test\r\nContent-Length: 100\r\n\r\n"
        address = urlsplit(url)
        with socket.create_connection((address.hostname, address.port), 10) as connection:
            connection.sendall(head)
            assert connection.recv(65536).startswith(b"HTTP/1.1 401 Unauthorized\r\n")
    assert Prediction(prediction=1).model_dump_json() in seen
    seen += log.read_text()
    assert "status=401" in seen
    for key in (FIRST, SECOND, OTHER):
        assert key not in seen
        assert digest(key).hex() not in seen.lower()


def responses(url: str) -> Iterator[str]:
    """Yield the headers and bodies of the responses to requests with each key."""
    with httpx.Client(base_url=url, timeout=30) as client:
        for key in (FIRST, SECOND, OTHER):
            for content in (json.dumps(OBSERVATION), "{", "x" * 3_000_000):
                response = client.post("/predict", content=content, headers={"X-API-Key": key})
                yield f"{response.headers} {response.text}"
