"""Schemathesis against the live server, and the same requests again to Lambda.

It makes requests from the OpenAPI document, right ones and wrong ones, and checks each answer
against what the document says. CI makes the same ones each time, a developer new ones.
"""

import hashlib
import os
import secrets
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

from deployment.emulator import emulator
from tests.conftest import ROOT, running
from tests.fuzz.exchanges import Exchange, exchanges, from_lambda

CASES = 2_000
"""How many bodies are made at random, over all operations that take one."""

SCHEMATHESIS = Path(sys.executable).parent / "schemathesis"
KEY = secrets.token_urlsafe(32)
KEYED = {"API_KEYS": hashlib.sha256(KEY.encode()).hexdigest()}
"""The service is tested with keys, so that also the refusal of a request without one is."""


@pytest.fixture(scope="module")
def served() -> Iterator[str]:
    """The address of the service as it is run, with a key."""
    with running([sys.executable, "-m", "app"], {**KEYED, "PORT": "0"}) as address:
        yield address


@pytest.fixture(scope="module")
def document(served: str) -> dict[str, Any]:
    found: dict[str, Any] = httpx.get(f"{served}/openapi.json").json()
    return found


@pytest.fixture(scope="module")
def posts(document: dict[str, Any]) -> list[str]:
    """The operations that take a body, such as ``POST /predict``."""
    return [
        f"POST {path}" for path, operations in document["paths"].items() if "post" in operations
    ]


@pytest.fixture(scope="module")
def fuzzed(
    served: str, posts: list[str], tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, Path]:
    """What Schemathesis printed, if it found a failure, and its report."""
    folder = tmp_path_factory.mktemp("schemathesis")
    command: list[str | Path] = [
        *(SCHEMATHESIS, "--config-file", ROOT / "tests" / "fuzz" / "schemathesis.toml", "run"),
        *(f"{served}/openapi.json", "--header", f"X-API-Key:{KEY}", "--no-color"),
        *("--report-ndjson-path", folder / "report.ndjson"),
        *("--max-examples", str(CASES // len(posts))),
        *(["--generation-deterministic"] if "CI" in os.environ else []),
    ]
    # Measuring which of our lines it covers, which is none, would take as long again.
    variables = {name: at for name, at in os.environ.items() if not name.startswith("COVERAGE_")}
    run = subprocess.run(
        command, cwd=folder, env=variables, capture_output=True, text=True, check=False
    )
    failed = run.stdout + run.stderr if run.returncode else ""
    return failed, folder / "report.ndjson"


@pytest.fixture(scope="module")
def made(fuzzed: tuple[str, Path]) -> list[Exchange]:
    return list(exchanges(fuzzed[1]))


def test_no_check_finds_anything(fuzzed: tuple[str, Path]) -> None:
    assert not fuzzed[0], fuzzed[0]


def test_many_requests_were_right_and_answered_200(made: list[Exchange], posts: list[str]) -> None:
    """Or all could be refused, and nothing else would notice."""
    accepted = Counter(each.operation for each in made if each.valid and each.answer[0] == 200)
    print(f"\n{len(made)} requests; right ones answered 200: {dict(accepted)}")
    assert len(made) > CASES
    assert all(accepted[post] >= CASES / len(posts) / 4 for post in posts)
    assert accepted.total() >= CASES / 3


def test_every_check_was_made(made: list[Exchange]) -> None:
    load_all_checks()
    names = set(CHECKS.get_all_names())
    assert len(names) >= 14
    assert names <= {name for each in made for name in each.checks}


def test_every_status_is_documented(made: list[Exchange], document: dict[str, Any]) -> None:
    """Schemathesis looks away where it asks for what the document doesn't have."""
    for each in made:
        status, operations = each.answer[0], document["paths"][urlsplit(each.url).path]
        operation = operations.get(each.method.lower())
        expected = set(operation["responses"]) if operation else {"405"}
        assert str(status) in expected - {"500"}, each


def test_lambda_answers_each_request_as_the_server_did(made: list[Exchange]) -> None:
    with (
        emulator(environment=KEYED, output=subprocess.DEVNULL) as url,
        httpx.Client(timeout=30) as function,
    ):
        different = [
            (each, answered)
            for each in made
            if (answered := from_lambda(function, url, each)) != each.answer
        ]
    assert different == []
