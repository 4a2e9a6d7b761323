"""Schemathesis tests a live server, then the same requests are sent to Lambda.

It generates valid and invalid requests from the OpenAPI document, and compares the responses with
the document. The requests are the same in each CI run, and new on a developer's machine.
"""

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from schemathesis.checks import CHECKS, load_all_checks

from app.middleware.api_key import HEADER, digest, new_key
from deployment.emulator import emulator
from tests.conftest import ROOT, running
from tests.fuzz.report import Exchange, read_report, send_to_lambda

CASES = 2_000
"""Number of random bodies, over all operations with a body."""

SCHEMATHESIS = Path(sys.executable).parent / "schemathesis"
SERVER = [sys.executable, "-m", "uvicorn", "app.main:app", "--http", "h11", "--no-access-log"]
# With a key, so that requests without one are tested too.
KEY = new_key()
VARIABLES = {"API_KEYS": digest(KEY).hex()}


@pytest.fixture(scope="module")
def served() -> Iterator[str]:
    with running([*SERVER, "--port", "0"], VARIABLES) as address:
        yield address


@pytest.fixture(scope="module")
def document(served: str) -> dict[str, Any]:
    openapi: dict[str, Any] = httpx.get(f"{served}/openapi.json").json()
    return openapi


@pytest.fixture(scope="module")
def posts(document: dict[str, Any]) -> list[str]:
    """The operations with a body, such as ``POST /predict``."""
    return [f"POST {path}" for path, methods in document["paths"].items() if "post" in methods]


@pytest.fixture(scope="module")
def run(
    served: str, posts: list[str], tmp_path_factory: pytest.TempPathFactory
) -> tuple["subprocess.CompletedProcess[str]", Path]:
    """Schemathesis' output, and its report."""
    folder = tmp_path_factory.mktemp("schemathesis")
    command: list[str | Path] = [
        *(SCHEMATHESIS, "--config-file", ROOT / "tests" / "fuzz" / "schemathesis.toml", "run"),
        *(f"{served}/openapi.json", "--header", f"{HEADER}:{KEY}", "--no-color"),
        *("--report-ndjson-path", folder / "report.ndjson"),
        *("--max-examples", str(CASES // len(posts))),
        *(["--generation-deterministic"] if "CI" in os.environ else []),
    ]
    # It runs none of our code, and measuring its coverage would take as long again.
    variables = {name: value for name, value in os.environ.items() if "COVERAGE" not in name}
    return subprocess.run(
        command, cwd=folder, env=variables, capture_output=True, text=True, check=False
    ), folder / "report.ndjson"


@pytest.fixture(scope="module")
def exchanges(run: tuple["subprocess.CompletedProcess[str]", Path]) -> list[Exchange]:
    return list(read_report(run[1]))


def test_schemathesis_finds_no_failure(
    run: tuple["subprocess.CompletedProcess[str]", Path],
) -> None:
    process, _ = run
    assert process.returncode == 0, process.stdout + process.stderr


def test_many_valid_requests_succeed(exchanges: list[Exchange], posts: list[str]) -> None:
    succeeded = Counter(
        each.operation for each in exchanges if each.valid and each.response[0] == 200
    )
    print(f"\n{len(exchanges)} requests; valid ones with status 200: {dict(succeeded)}")
    assert len(exchanges) > CASES
    assert all(succeeded[post] >= CASES / len(posts) / 4 for post in posts)
    assert succeeded.total() >= CASES / 3


def test_all_checks_are_made(exchanges: list[Exchange]) -> None:
    load_all_checks()
    names = set(CHECKS.get_all_names())
    assert len(names) >= 14
    assert names <= {name for each in exchanges for name in each.checks}


def test_every_status_is_documented(exchanges: list[Exchange], document: dict[str, Any]) -> None:
    """Schemathesis doesn't check requests to operations that aren't in the document."""
    for each in exchanges:
        operation = document["paths"][urlsplit(each.url).path].get(each.method.lower())
        documented = set(operation["responses"]) if operation else {"405"}
        assert str(each.response[0]) in documented - {"500"}, each


def test_lambda_responds_as_the_server_did(exchanges: list[Exchange]) -> None:
    with (
        emulator(environment=VARIABLES, output=subprocess.DEVNULL) as invocations,
        httpx.Client(timeout=30) as client,
    ):
        responses = ((each, send_to_lambda(client, invocations, each)) for each in exchanges)
        different = [(each, found) for each, found in responses if found != each.response]
    assert different == []
