"""Every command in docs/api.md is run, and every answer shown is the one that it gives.

``python -m tests.test_api_docs`` writes the answers anew. Look at the difference!
"""

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from app.errors import REASONS
from app.reading import ROWS
from app.settings import Settings
from tests.conftest import ROOT, running
from tests.test_readme import transcript

PLACE = ROOT / "docs" / "api.md"
TEXT = PLACE.read_text(encoding="utf-8")
OPEN, KEYED = "http://127.0.0.1:8000", "http://127.0.0.1:8001"
[START] = [command for command, _ in transcript(TEXT) if command.startswith("API_KEYS=")]
COMMANDS = [entry for entry in transcript(TEXT) if entry[0] != START]


@contextmanager
def servers() -> Iterator[dict[str, str]]:
    """Serve as the document has it, but on free ports; yield the address for each of its own."""
    start = f"exec env {START}".replace(".venv/bin/python", sys.executable)
    assert "PORT=8001" in start
    with (
        running([sys.executable, "-m", "app"], {"PORT": "0"}) as address,
        running(["bash", "-c", start.replace("PORT=8001", "PORT=0")]) as keyed,
    ):
        yield {OPEN: address, KEYED: keyed}


@pytest.fixture(scope="module")
def addresses() -> Iterator[dict[str, str]]:
    with servers() as served:
        yield served


def output(command: str, addresses: dict[str, str]) -> str:
    """Return what ``command`` prints, with a newline at the end."""
    for documented, address in addresses.items():
        command = command.replace(documented, address)
    command = command.replace(".venv/bin/python", sys.executable)
    run = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return run.stdout.rstrip("\n") + "\n"


def shows(shown: str, printed: str) -> bool:
    """Return whether ``printed`` is what is ``shown``, in which … is a word of any length."""
    pattern = re.escape(shown).replace("…", r"[\w-]+")
    return re.fullmatch(pattern, printed) is not None


@pytest.mark.parametrize(("command", "shown"), COMMANDS)
def test_a_command_gives_the_answer_shown(
    addresses: dict[str, str], command: str, shown: str
) -> None:
    printed = output(command, addresses)
    assert shows(shown, printed), printed


def test_what_is_left_out_is_one_word() -> None:
    assert shows("key …\n", "key a1-b_2\n")
    assert not shows("key …\n", "key\n")
    assert not shows("key …\n", "key a b\n")
    assert not shows("a.c\n", "abc\n")


def test_every_path_and_every_failure_is_shown(client: httpx.Client) -> None:
    commands = "\n".join(command for command, _ in COMMANDS)
    for path in client.get("/openapi.json").json()["paths"]:
        assert path == "/" or f"{OPEN}{path} " in commands.replace("\n", " ")
    answers = "\n".join(shown for _, shown in COMMANDS)
    for status, reason in REASONS.items():
        assert f"**{status}: " in TEXT
        assert status == 500 or reason in answers


def test_the_limits_are_the_services() -> None:
    assert f"1 to {ROWS:,} observations" in TEXT
    limit = Settings().body_limit
    assert f"{limit // 1024 // 1024} MiB unless `BODY_LIMIT`" in TEXT
    assert f"head -c {limit + 1} " in TEXT


if __name__ == "__main__":
    with servers() as served:
        for asked, before in COMMANDS:
            found = output(asked, served)
            if not shows(before, found):
                found = re.sub(r"\b[0-9a-f]{64}\b|(?<=x-request-id: )[0-9a-f]{32}\b", "…", found)
                block = f"```sh\n{asked}\n```\n\n```text\n"
                TEXT = TEXT.replace(f"{block}{before}", f"{block}{found}")
    PLACE.write_text(TEXT, encoding="utf-8")
