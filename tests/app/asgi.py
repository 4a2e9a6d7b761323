"""Requests to an ASGI application in this process."""

from typing import Any

import httpx
from starlette.types import ASGIApp


async def call(
    app: ASGIApp, method: str, path: str, *, root_path: str = "", **options: Any
) -> httpx.Response:
    """Return the response of ``app``; ``options`` are those of `httpx.AsyncClient.request`."""
    transport = httpx.ASGITransport(app, root_path=root_path)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        return await client.request(method, path, **options)


def error_reason(response: httpx.Response, status: int) -> str:
    """Check that ``response`` is an error response in the contract; return its reason."""
    assert response.status_code == status
    assert response.headers["content-type"] == "application/json"
    content = response.json()
    assert list(content) == ["reason", "prediction", "status"]
    assert (content["prediction"], content["status"]) == ("", str(status))
    reason: str = content["reason"]
    return reason


async def is_passed_on(middleware: Any) -> bool:
    """Return whether ``middleware(app)`` passes on a scope that is not a request, as it is."""
    passed: list[Any] = []

    async def app(*arguments: Any) -> None:
        passed.extend(arguments)

    scope, receive, send = {"type": "lifespan"}, object(), object()
    await middleware(app)(scope, receive, send)
    return passed == [scope, receive, send]
