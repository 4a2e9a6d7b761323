from collections.abc import Iterator

import pytest

from tests.servers.processes import Server, container_server, uvicorn

# Short, so that the tests need not wait for long.
BODY_TIMEOUT = 1.0  # seconds
HEAD_TIMEOUT = 2.0  # seconds; uvicorn has none
VARIABLES = {
    "BODY_TIMEOUT": str(BODY_TIMEOUT),
    "GRANIAN_HTTP1_HEADER_READ_TIMEOUT": f"{HEAD_TIMEOUT * 1000:.0f}",
}


@pytest.fixture(scope="session")
def granian_server() -> Iterator[Server]:
    with container_server(VARIABLES) as server:
        yield server


@pytest.fixture(scope="session")
def uvicorn_server() -> Iterator[Server]:
    with uvicorn(VARIABLES) as server:
        yield server


@pytest.fixture(params=["uvicorn", "granian"])
def server(request: pytest.FixtureRequest) -> Server:
    """Each of the two servers in turn."""
    running: Server = request.getfixturevalue(f"{request.param}_server")
    return running
