"""The short way to a route, and the ordinary one."""

import json
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.routing import Mount

from app.keys import digest
from app.main import create_app
from app.observation import EXAMPLES
from app.requestlog import RequestLog
from app.route import Shortcut
from app.settings import Settings
from model import Scorecard

KEY = "a key"
SETTINGS = Settings(api_keys=(digest(KEY.encode()),), body_limit=1000)
ONE = json.dumps(EXAMPLES["benign"])
KEYED = {"x-api-key": KEY}

REQUESTS: dict[str, dict[str, Any]] = {
    "predict": {"content": ONE},
    "explain": {"url": "/explain", "content": ONE},
    "predict a batch": {"url": "/predict/batch", "content": f"[{ONE}, 1]"},
    "explain a batch": {"url": "/explain/batch", "content": f"[{ONE}, 1]"},
    "at the root": {"url": "/", "content": ONE},
    "no observation": {"content": "{}"},
    "no batch": {"url": "/explain/batch", "content": ONE},
    "no key": {"content": ONE, "headers": {}},
    "no JSON": {"content": ONE, "headers": {**KEYED, "content-type": "text/plain"}},
    "too much": {"content": ONE.ljust(1001)},
    "another method": {"method": "PUT", "content": ONE},
    "another path": {"url": "/predict/", "content": ONE},
    "a query": {"url": "/predict?a=1", "content": ONE},
}


def ordinary(app: FastAPI) -> FastAPI:
    """Return ``app`` without its shortcut."""
    shortcut: Any = Shortcut
    kept = [each for each in app.user_middleware if each.cls is not shortcut]
    assert len(kept) == len(app.user_middleware) - 1
    app.user_middleware[:] = kept
    return app


async def ask(app: FastAPI | Starlette, prefix: str = "", **request: Any) -> httpx.Response:
    asked = {"method": "POST", "url": "/predict", "headers": KEYED, **request}
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        return await client.request(**{**asked, "url": prefix + asked["url"]})


@pytest.mark.anyio
@pytest.mark.parametrize("request_", REQUESTS.values(), ids=REQUESTS)
@pytest.mark.parametrize("prefix", ["", "/clinic"])
async def test_both_ways_lead_to_the_same_answer(
    scorecard: Scorecard, prefix: str, request_: dict[str, Any]
) -> None:
    apps = create_app(scorecard, SETTINGS), ordinary(create_app(scorecard, SETTINGS))
    found = []
    for app in apps:
        answer = await ask(Starlette(routes=[Mount(prefix, app)]), prefix, **request_)
        assert answer.headers.pop("x-request-id")
        found.append((answer.status_code, answer.headers, answer.content))
    assert found[0] == found[1]


@pytest.mark.anyio
async def test_the_shortcut_is_taken(scorecard: Scorecard, monkeypatch: pytest.MonkeyPatch) -> None:
    app = create_app(scorecard)

    async def closed(*_: object) -> None:
        raise NotImplementedError

    monkeypatch.setattr(app.router, "app", closed)
    monkeypatch.setattr(app.router, "middleware_stack", closed)
    assert (await ask(app, content=ONE)).json()["status"] == "200"
    assert (await ask(app, url="/predict/", content=ONE)).json()["status"] == "500"


@pytest.mark.anyio
async def test_what_is_no_request_is_passed_on() -> None:
    seen = []

    async def app(scope: Any, *_: object) -> None:
        seen.append(scope["type"])

    async def unused(*_: object) -> None: ...

    for middleware in (Shortcut(app, []), RequestLog(app, "")):
        await middleware({"type": "lifespan"}, unused, unused)  # type: ignore[arg-type]
    assert seen == ["lifespan"] * 2
