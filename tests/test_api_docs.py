"""Every command in docs/api.md runs, and prints the output that the page shows.

``python -m tests.test_api_docs`` updates the output. Review the difference!
"""

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from app.api.errors import REASONS
from app.api.parsing import MAX_EXPLAINED_ROWS, MAX_ROWS
from app.settings import Settings
from tests.conftest import ROOT, running
from tests.test_docs import transcripts

PAGE = ROOT / "docs" / "api.md"
TEXT = PAGE.read_text(encoding="utf-8")
OPEN, PROTECTED = "http://127.0.0.1:8000", "http://127.0.0.1:8001"
[START] = [command for command, _ in transcripts(TEXT) if command.startswith("API_KEYS=")]
COMMANDS = [entry for entry in transcripts(TEXT) if entry[0] != START]
UNREPEATABLE = r"\b[0-9a-f]{64}\b|(?<=x-request-id: )[0-9a-f]{32}\b|(?<=classifier_)[\w-]{43}\b"
WITHOUT_A_COMMAND = {408, 500}
"""Statuses that take too long to provoke, or should be impossible."""


def on_this_machine(command: str, addresses: dict[str, str] | None = None) -> str:
    """Return ``command`` for this Python, with the page's addresses replaced."""
    for documented, address in (addresses or {}).items():
        command = command.replace(documented, address)
    return command.replace(".venv/bin/python", shlex.quote(sys.executable))


@contextmanager
def servers() -> Iterator[dict[str, str]]:
    """Run both servers of the page on free ports; yield their addresses by the documented ones."""
    start = on_this_machine(START).replace("--port 8001", "--port 0")
    assert start.endswith("--port 0")
    server = [sys.executable, "-m", "uvicorn", "app.main:app", "--http", "h11", "--port", "0"]
    with running(server) as address, running(["bash", "-c", f"exec env {start}"]) as protected:
        yield {OPEN: address, PROTECTED: protected}


@pytest.fixture(scope="module")
def addresses() -> Iterator[dict[str, str]]:
    with servers() as running_servers:
        yield running_servers


def output(command: str, addresses: dict[str, str]) -> str:
    """Return the output of ``command``, with a newline at the end."""
    run = subprocess.run(
        ["bash", "-o", "pipefail", "-c", on_this_machine(command, addresses)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return run.stdout.rstrip("\n") + "\n"


def matches(shown: str, printed: str) -> bool:
    """Return whether ``printed`` is ``shown``, where … stands for one word."""
    pattern = re.escape(shown).replace("…", r"[\w-]+")
    return re.fullmatch(pattern, printed) is not None


@pytest.mark.parametrize(("command", "shown"), COMMANDS)
def test_command_prints_the_output_shown(
    addresses: dict[str, str], command: str, shown: str
) -> None:
    printed = output(command, addresses)
    assert matches(shown, printed), printed


@pytest.mark.parametrize(
    ("shown", "printed", "expected"),
    [
        ("key …\n", "key a1-b_2\n", True),
        ("key …\n", "key\n", False),
        ("key …\n", "key a b\n", False),
        ("a.c\n", "abc\n", False),
    ],
)
def test_an_ellipsis_is_one_word(shown: str, printed: str, expected: bool) -> None:  # noqa: FBT001 from pytest
    assert matches(shown, printed) == expected


def test_shows_every_path_and_every_error(client: httpx.Client) -> None:
    commands = "\n".join(command for command, _ in COMMANDS)
    for path in client.get("/openapi.json").json()["paths"]:
        assert path == "/" or f"{OPEN}{path} " in commands.replace("\n", " ")
    outputs = "\n".join(shown for _, shown in COMMANDS)
    for status, reason in REASONS.items():
        assert f"**{status}: " in TEXT
        assert status in WITHOUT_A_COMMAND or reason in outputs


def test_states_the_limits_of_the_service() -> None:
    settings = Settings()
    flat = " ".join(TEXT.split())
    assert f"| Predict up to {MAX_ROWS:,} observations |" in flat
    assert f"| Explain up to {MAX_EXPLAINED_ROWS:,} observations |" in flat
    assert f"{settings.body_timeout:.0f} seconds unless `BODY_TIMEOUT`" in flat
    assert f"{settings.body_limit // 1024 // 1024} MiB unless `BODY_LIMIT`" in flat
    assert f"head -c {settings.body_limit + 1} " in flat


if __name__ == "__main__":
    with servers() as started:
        for documented_command, before in COMMANDS:
            after = output(documented_command, started)
            if not matches(before, after):
                after = re.sub(UNREPEATABLE, "…", after)
                block = f"```sh\n{documented_command}\n```\n\n```text\n"
                TEXT = TEXT.replace(f"{block}{before}", f"{block}{after}")
    PAGE.write_text(TEXT, encoding="utf-8")
