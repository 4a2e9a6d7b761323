"""Through the relay comes what the function answers, however many ask at once."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from app.observation import EXAMPLES
from tests.browser.conftest import on_lambda
from tests.browser.relay import relayed

OBSERVATION = EXAMPLES["malignant"]
PREDICTED = {"reason": "OK", "prediction": 1, "status": "200"}


@pytest.fixture(scope="module")
def relay(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    log = tmp_path_factory.mktemp("relay") / "log"
    with on_lambda(log) as address, httpx.Client(base_url=address, timeout=60) as client:
        yield client


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT"])
@pytest.mark.parametrize("path", ["/", "/static/style.css", "/static/icon.svg", "/nowhere?a=b"])
def test_it_answers_as_uvicorn_does(
    relay: httpx.Client, client: httpx.Client, method: str, path: str
) -> None:
    relayed, direct = relay.request(method, path), client.request(method, path)
    assert (relayed.status_code, relayed.content) == (direct.status_code, direct.content)
    own = {"date": "", "server": "", "x-request-id": ""}
    assert {**relayed.headers, **own} == {**direct.headers, **own}


def test_a_body_and_headers_arrive(relay: httpx.Client) -> None:
    assert relay.post("/predict", json=OBSERVATION).json() == PREDICTED
    etag = relay.get("/").headers["etag"]
    kept = relay.get("/", headers={"If-None-Match": etag})
    assert (kept.status_code, kept.content) == (304, b"")
    assert relay.post("/predict", content=b"\xff").status_code == 400


def test_many_at_once_are_answered_one_after_the_other(relay: httpx.Client) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: relay.post("/predict", json=OBSERVATION), range(40)))
    assert [answer.json() for answer in answers] == [PREDICTED] * 40


def test_without_a_function_it_answers_502(port: int) -> None:
    with relayed(f"http://127.0.0.1:{port}/") as address:
        assert httpx.get(address).status_code == 502
