import pytest
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from app.api.schemas import EXAMPLES
from app.lambda_handler import handler
from app.middleware.security_headers import API_HEADERS, SecurityHeadersMiddleware
from tests import function_url
from tests.app.asgi import call, is_passed_on
from tests.app.failing_app import create
from tests.function_url import CONTEXT

pytestmark = pytest.mark.anyio

ADDED = {name.lower(): value for name, value in API_HEADERS.items()}


def test_headers_keep_a_response_out_of_caches_and_pages() -> None:
    assert ADDED["cache-control"] == "no-store"
    assert ADDED["x-content-type-options"] == "nosniff"
    assert ADDED["referrer-policy"] == "no-referrer"
    policy = dict(rule.split(" ") for rule in ADDED["content-security-policy"].split("; "))
    names = {"default-src", "base-uri", "form-action", "frame-ancestors"}
    assert policy == dict.fromkeys(names, "'none'")


async def test_adds_each_header_once_to_a_response_that_is_sent_twice() -> None:
    response = PlainTextResponse("")
    sent = list(response.raw_headers)
    for _ in range(2):
        received = await call(SecurityHeadersMiddleware(response), "GET", "/")
        assert ADDED.items() <= dict(received.headers).items()
        assert len(received.headers.raw) == len(sent) + len(ADDED)
    assert response.raw_headers == sent


async def test_keeps_the_headers_that_a_response_has() -> None:
    app = PlainTextResponse("", headers={"Cache-Control": "max-age=60", "X-Clinic": "north"})
    received = await call(SecurityHeadersMiddleware(app), "GET", "/")
    assert received.headers.get_list("cache-control") == ["max-age=60"]
    assert received.headers["x-clinic"] == "north"
    assert received.headers["x-content-type-options"] == "nosniff"


async def test_adds_other_headers_that_it_is_given() -> None:
    app = SecurityHeadersMiddleware(PlainTextResponse(""), {"Cache-Control": "no-cache"})
    received = await call(app, "GET", "/")
    assert received.headers["cache-control"] == "no-cache"
    assert "referrer-policy" not in received.headers


async def test_adds_headers_to_a_response_without_any() -> None:
    async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 204})
        await send({"type": "http.response.body"})

    received = await call(SecurityHeadersMiddleware(app), "GET", "/")
    assert dict(received.headers) == ADDED


async def test_other_scopes_are_passed_on() -> None:
    assert await is_passed_on(SecurityHeadersMiddleware)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", "/predict", 200),
        ("POST", "/predict/batch", 400),
        ("GET", "/nowhere", 404),
        ("DELETE", "/predict", 405),
        ("GET", "/openapi.json", 200),
        ("HEAD", "/openapi.json", 200),
        ("GET", "/fail/", 500),
    ],
)
async def test_responses_of_the_application_have_them(method: str, path: str, status: int) -> None:
    received = await call(create(), method, path, json=EXAMPLES["benign"])
    assert received.status_code == status
    assert ADDED.items() <= dict(received.headers).items()


@pytest.mark.parametrize("body", ["{}", "not base64"])
def test_responses_on_lambda_have_them(body: str) -> None:
    response = handler({**function_url.event(b""), "body": body}, CONTEXT)
    assert response["statusCode"] == 400
    assert ADDED.items() <= response["headers"].items()
