import asyncio
from collections.abc import Iterator

import httpx
import pytest
from starlette.types import ASGIApp

from app.main import create_app
from model import Scorecard


class InProcessTransport(httpx.BaseTransport):
    """Calls an application in this process, in an event loop of its own."""

    def __init__(self, app: ASGIApp) -> None:
        self.transport = httpx.ASGITransport(app)
        self.runner = asyncio.Runner()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return self.runner.run(self.respond(request))

    async def respond(self, request: httpx.Request) -> httpx.Response:
        response = await self.transport.handle_async_request(request)
        content = await response.aread()
        return httpx.Response(response.status_code, headers=response.headers, content=content)

    def close(self) -> None:
        self.runner.close()


def connect(app: ASGIApp) -> httpx.Client:
    """Return a client of ``app``."""
    return httpx.Client(transport=InProcessTransport(app), base_url="http://test")


@pytest.fixture(scope="session")
def client(scorecard: Scorecard) -> Iterator[httpx.Client]:
    with connect(create_app(scorecard)) as connected:
        yield connected


@pytest.fixture(scope="session")
def server(address: str) -> Iterator[httpx.Client]:
    """A client of a real uvicorn."""
    with httpx.Client(base_url=address, timeout=60) as connected:
        yield connected
