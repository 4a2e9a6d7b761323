import asyncio
import json
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from mangum import Mangum

from app.answers import Prediction
from app.errors import REASONS
from app.keys import (
    PREFIX,
    Unauthorised,
    announce,
    check_key,
    digest,
    new_key,
)
from app.main import create_app
from app.observation import EXAMPLES
from app.settings import Settings
from model import Scorecard
from tests import function_url
from tests.app.test_main import refused
from tests.conftest import running
from tests.processes import start

# Fixed, as the tests' names contain them, and each process of a parallel run must agree.
FIRST, SECOND, STRANGE = (PREFIX + letter * 43 for letter in "abc")
ACCEPTED = (digest(FIRST.encode()), digest(SECOND.encode()))
API_KEYS = ",".join(each.hex() for each in ACCEPTED)
GOOD = EXAMPLES["malignant"]


def test_keys_are_long_differ_and_can_be_found_by_a_scanner() -> None:
    keys = {new_key() for _ in range(100)}
    assert len(keys) == 100
    assert all(re.fullmatch(rf"{PREFIX}[\w-]{{43}}", key) for key in keys)


def test_a_digest_is_what_sha256sum_prints() -> None:
    run = subprocess.run(["sha256sum"], input=FIRST.encode(), capture_output=True, check=True)
    assert run.stdout.split()[0].decode() == digest(FIRST.encode()).hex()


def test_what_is_announced_fits_the_setting() -> None:
    lines = announce(FIRST).splitlines()
    assert lines[0].split() == ["key", FIRST]
    name, shown = lines[2].split()
    assert name == "digest"
    assert Settings.from_environment({"API_KEYS": shown}).api_keys == ACCEPTED[:1]


@pytest.mark.parametrize("key", [FIRST, SECOND])
def test_each_accepted_key_is_accepted(key: str) -> None:
    check_key([(b"host", b"test"), (b"x-api-key", key.encode())], ACCEPTED)


@pytest.mark.parametrize("key", ["", STRANGE, FIRST[:-1], FIRST.upper(), API_KEYS[:64], "\xe9"])
def test_no_other_key_is_accepted(key: str) -> None:
    with pytest.raises(Unauthorised):
        check_key([(b"x-api-key", key.encode("latin-1"))], ACCEPTED)


def test_no_header_is_no_key_even_where_no_key_would_do() -> None:
    for headers in ([], [(b"x-api-key", b"")]):
        with pytest.raises(Unauthorised):
            check_key(headers, [digest(b"")])


@pytest.fixture(scope="module")
def closed() -> Iterator[httpx.Client]:
    """A client of a real server that takes two keys."""
    variables = {"HOST": "127.0.0.1", "PORT": "0", "API_KEYS": API_KEYS}
    command = [sys.executable, "-m", "app"]
    with running(command, variables) as url, httpx.Client(base_url=url) as client:
        yield client


@pytest.mark.parametrize("path", ["/predict", "/"])
@pytest.mark.parametrize("headers", [{}, {"X-API-Key": ""}, {"X-API-Key": STRANGE}])
def test_a_post_without_a_key_is_refused(
    closed: httpx.Client, path: str, headers: dict[str, str]
) -> None:
    # Also a bad body: whoever has no key is not told what is wrong with it.
    for content in (json.dumps(GOOD), "{", "", "[" * 100_000):
        answer = closed.post(path, content=content, headers=headers)
        assert refused(answer, 401) == REASONS[401]
        assert answer.headers["www-authenticate"] == "APIKey"


@pytest.mark.parametrize("path", ["/predict", "/"])
@pytest.mark.parametrize("key", [FIRST, SECOND])
def test_a_post_with_a_key_is_answered(closed: httpx.Client, path: str, key: str) -> None:
    answer = closed.post(path, json=GOOD, headers={"x-api-key": key})
    assert answer.status_code == 200
    assert answer.json() == Prediction(prediction=1).model_dump()
    assert closed.post(path, json={}, headers={"x-api-key": key}).status_code == 400


@pytest.mark.parametrize(("path", "status"), [("/docs", 200), ("/openapi.json", 200), ("/", 200)])
def test_what_is_about_no_patient_stays_open(closed: httpx.Client, path: str, status: int) -> None:
    assert closed.get(path).status_code == status


def test_a_request_without_a_key_is_refused_before_its_body_is_sent(closed: httpx.Client) -> None:
    url = urlsplit(str(closed.base_url))
    with socket.create_connection((url.hostname, url.port), timeout=10) as connection:
        connection.sendall(b"POST /predict HTTP/1.1\r\nHost: test\r\nContent-Length: 100\r\n\r\n")
        assert connection.recv(65536).startswith(b"HTTP/1.1 401 Unauthorized\r\n")


def test_the_openapi_document_says_which_requests_need_a_key(closed: httpx.Client) -> None:
    document = closed.get("/openapi.json").json()
    [(name, scheme)] = document["components"]["securitySchemes"].items()
    assert (scheme["type"], scheme["in"], scheme["name"]) == ("apiKey", "header", "X-API-Key")
    operations = [each for path in document["paths"].items() for each in path[1].items()]
    assert "post" in dict(operations)
    for method, operation in operations:
        assert operation.get("security", []) == ([{name: []}] if method == "post" else [])
        assert ("401" in operation["responses"]) is (method == "post")
    content = document["paths"]["/predict"]["post"]["responses"]["401"]["content"]
    assert content["application/json"]["example"] == closed.post("/predict").json()


def test_an_open_service_asks_for_no_key(client: httpx.Client) -> None:
    document = client.get("/openapi.json").json()
    assert "securitySchemes" not in document["components"]
    assert "401" not in document["paths"]["/predict"]["post"]["responses"]
    assert "security" not in document["paths"]["/predict"]["post"]


@pytest.fixture
def loop() -> Iterator[None]:
    """An event loop for Mangum."""
    made = asyncio.new_event_loop()
    asyncio.set_event_loop(made)
    yield
    made.close()
    asyncio.set_event_loop(None)


@pytest.mark.usefixtures("loop")
def test_lambda_asks_for_a_key_too(scorecard: Scorecard) -> None:
    app = Mangum(create_app(scorecard, Settings(api_keys=ACCEPTED)), lifespan="off")
    for headers, status in (({}, 401), ({"x-api-key": STRANGE}, 401), ({"x-api-key": FIRST}, 200)):
        event = function_url.event(json.dumps(GOOD).encode(), headers=headers)
        answer = app(event, function_url.CONTEXT)
        assert answer["statusCode"] == status
        assert json.loads(function_url.body(answer))["status"] == str(status)


def test_neither_keys_nor_digests_are_in_logs_or_answers(port: int, tmp_path: Path) -> None:
    variables = {"HOST": "127.0.0.1", "PORT": str(port), "API_KEYS": API_KEYS, "LOG_LEVEL": "DEBUG"}
    log = tmp_path / "log"
    answers = ""
    transport = httpx.HTTPTransport(retries=6)
    with (
        log.open("wb") as written,
        start(
            [sys.executable, "-X", "dev", "-m", "app"],
            variables,
            stdout=written,
            stderr=subprocess.STDOUT,
        ) as process,
        httpx.Client(base_url=f"http://127.0.0.1:{port}", transport=transport) as caller,
    ):
        for key in (FIRST, SECOND, STRANGE):
            for content in (json.dumps(GOOD), "{", "x" * 3_000_000):
                answer = caller.post("/predict", content=content, headers={"X-API-Key": key})
                answers += f"{answer.headers} {answer.text}"
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 0
    assert '"prediction":1' in answers
    seen = answers + log.read_text()
    assert "running on" in seen
    for secret in (FIRST, SECOND, STRANGE):
        assert secret not in seen
        assert digest(secret.encode()).hex() not in seen
