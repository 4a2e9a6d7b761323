import httpx
import pytest
from starlette.responses import Response

from app.keys import digest
from app.main import create_app
from app.observation import EXAMPLES
from app.settings import Settings
from model import Scorecard

pytestmark = pytest.mark.anyio

SITE, STRANGER = "https://clinic.example", "https://stranger.example"
ALLOWED = "access-control-allow-origin"


async def ask(
    scorecard: Scorecard, settings: Settings, method: str, headers: dict[str, str]
) -> httpx.Response:
    """Return the answer of a service with ``settings`` to a request from a page."""
    transport = httpx.ASGITransport(create_app(scorecard, settings))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        body = EXAMPLES["benign"] if method == "POST" else None
        return await client.request(method, "/predict", headers=headers, json=body)


@pytest.mark.parametrize(
    ("settings", "status"),
    [
        (Settings(cors_origins=(SITE,)), 200),
        (Settings(cors_origins=(SITE,), api_keys=(digest(b"key"),)), 401),
        (Settings(cors_origins=(SITE,), body_limit=5), 413),
    ],
)
async def test_a_site_that_is_named_may_read_every_answer(
    scorecard: Scorecard, settings: Settings, status: int
) -> None:
    answer = await ask(scorecard, settings, "POST", {"origin": SITE})
    assert (answer.status_code, answer.headers[ALLOWED]) == (status, SITE)
    stranger = await ask(scorecard, settings, "POST", {"origin": STRANGER})
    assert (stranger.status_code, stranger.headers.get(ALLOWED)) == (status, None)


async def test_a_site_that_is_named_may_read_that_the_service_failed(scorecard: Scorecard) -> None:
    app = create_app(scorecard, Settings(cors_origins=(SITE,)))

    async def fail(_: object) -> Response:
        raise KeyError

    app.add_route("/fail", fail)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        answer = await client.get("/fail", headers={"origin": SITE})
    assert (answer.status_code, answer.headers[ALLOWED]) == (500, SITE)


@pytest.mark.parametrize(("origin", "status"), [(SITE, 200), (STRANGER, 400)])
async def test_a_browser_is_told_what_it_may_send(
    scorecard: Scorecard, origin: str, status: int
) -> None:
    asked = {
        "origin": origin,
        "access-control-request-method": "POST",
        "access-control-request-headers": "content-type,x-api-key",
    }
    answer = await ask(scorecard, Settings(cors_origins=(SITE,)), "OPTIONS", asked)
    assert answer.status_code == status
    assert answer.headers.get(ALLOWED) == (SITE if status == 200 else None)


@pytest.mark.parametrize("method", ["POST", "OPTIONS"])
async def test_unless_configured_no_other_site_may(scorecard: Scorecard, method: str) -> None:
    asked = {"origin": SITE, "access-control-request-method": "POST"}
    answer = await ask(scorecard, Settings(), method, asked)
    assert not [name for name in answer.headers if name.startswith("access-control")]
