from collections.abc import Callable
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Request
from starlette.responses import Response

from app.headers import HEADERS, complete
from app.lambda_handler import handler
from app.main import create_app
from app.observation import EXAMPLES
from model import Scorecard
from tests import function_url
from tests.function_url import CONTEXT

ADDED = {name.decode(): value.decode() for name, value in HEADERS}

# One request for each kind of answer, and the answer's status.
REQUESTS: dict[str, tuple[httpx.Request, int]] = {
    "a prediction": (httpx.Request("POST", "http://a/predict", json=EXAMPLES["benign"]), 200),
    "no observation": (httpx.Request("POST", "http://a/predict", json={}), 400),
    "no path": (httpx.Request("GET", "http://a/nowhere"), 404),
    "no method": (httpx.Request("DELETE", "http://a/predict"), 405),
    "no JSON": (httpx.Request("POST", "http://a/predict", data={"a": "b"}), 415),
    "the OpenAPI document": (httpx.Request("GET", "http://a/openapi.json"), 200),
    "no body": (httpx.Request("HEAD", "http://a/openapi.json"), 200),
}


@pytest.mark.parametrize(("request_", "status"), REQUESTS.values(), ids=REQUESTS)
def test_every_answer_has_them(client: httpx.Client, request_: httpx.Request, status: int) -> None:
    path = request_.url.path
    over_http = client.request(
        request_.method, path, content=request_.read(), headers=request_.headers
    )
    assert over_http.status_code == status
    assert ADDED.items() <= dict(over_http.headers).items()

    event = function_url.event(request_.read(), request_.method, path, dict(request_.headers))
    answer = handler(event, CONTEXT)
    assert answer["statusCode"] == status
    assert ADDED.items() <= answer["headers"].items()
    assert "server" not in answer["headers"]


def test_they_keep_an_answer_to_itself() -> None:
    assert ADDED["cache-control"] == "no-store"
    assert ADDED["x-content-type-options"] == "nosniff"
    assert ADDED["referrer-policy"] == "no-referrer"
    policy = dict(rule.split(" ") for rule in ADDED["content-security-policy"].split("; "))
    assert set(policy) == {"default-src", "base-uri", "form-action", "frame-ancestors"}
    assert set(policy.values()) == {"'none'"}


@pytest.fixture
def app(scorecard: Scorecard) -> FastAPI:
    """The service, with an endpoint that fails, and one that has headers of its own."""
    service = create_app(scorecard)

    async def fail(_: Request) -> Response:
        raise ValueError

    async def own(_: Request) -> Response:
        return Response("kept", headers={"Cache-Control": "max-age=60", "X-Clinic": "north"})

    for endpoint in (fail, own):
        service.add_route(f"/{endpoint.__name__}", endpoint)
    return service


async def get(app: FastAPI, path: str) -> httpx.Response:
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        return await client.get(path)


@pytest.mark.anyio
async def test_an_answer_to_a_failure_of_ours_has_them_too(app: FastAPI) -> None:
    response = await get(app, "/fail")
    assert response.status_code == 500
    assert ADDED.items() <= dict(response.headers).items()


@pytest.mark.anyio
async def test_an_answers_own_header_is_kept(app: FastAPI) -> None:
    response = await get(app, "/own")
    assert response.headers.get_list("cache-control") == ["max-age=60"]
    assert response.headers["x-clinic"] == "north"
    assert response.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("kind", [list, tuple])
def test_the_headers_given_are_not_changed(kind: Callable[..., Any]) -> None:
    given = kind([(b"cache-control", b"no-cache"), (b"a", b"1"), (b"a", b"2")])
    before = kind(given)
    assert complete(given) == [*given, *HEADERS[1:]]
    assert given == before
