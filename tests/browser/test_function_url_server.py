"""The Function URL server returns what the Lambda function returns."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.browser.function_url_server import serve_function_url
from tests.browser.samples import EXAMPLES
from tests.browser.servers import serve_lambda


@pytest.fixture(scope="module")
def function(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    log = tmp_path_factory.mktemp("function") / "log"
    with serve_lambda(log) as address, httpx.Client(base_url=address, timeout=60) as client:
        yield client


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "POST"])
@pytest.mark.parametrize("path", ["/", "/static/style.css", "/static/icon.svg", "/nowhere?a=b"])
def test_responds_like_uvicorn(
    function: httpx.Client, client: httpx.Client, method: str, path: str
) -> None:
    body = EXAMPLES["malignant"] if method == "POST" else None
    ours, uvicorns = (each.request(method, path, json=body) for each in (function, client))
    assert (ours.status_code, ours.content) == (uvicorns.status_code, uvicorns.content)
    varying = {"date": "", "server": "", "x-request-id": ""}
    assert {**ours.headers, **varying} == {**uvicorns.headers, **varying}


def test_passes_headers_and_any_bytes(function: httpx.Client) -> None:
    etag = function.get("/static/style.css").headers["etag"]
    cached = function.get("/static/style.css", headers={"If-None-Match": etag})
    assert (cached.status_code, cached.content) == (304, b"")
    assert function.post("/predict", content=b"\xff").status_code == 400


def test_serializes_concurrent_requests(function: httpx.Client) -> None:
    with ThreadPoolExecutor(8) as pool:
        statuses = pool.map(lambda _: function.get("/health").status_code, range(40))
        assert [*statuses] == [200] * 40


def test_responds_502_without_a_function(port: int) -> None:
    with serve_function_url(f"http://127.0.0.1:{port}/") as address:
        assert httpx.get(address).status_code == 502
