import os
import subprocess
import sys
from collections.abc import Sequence

import pytest

from app.cli import main
from app.middleware.api_key import digest
from app.settings import Settings, format_table
from tests.conftest import ROOT


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run ``python -m app`` where every setting is invalid: no command reads them."""
    invalid = {name.upper(): "invalid value" for name in Settings.model_fields}
    return subprocess.run(
        [sys.executable, "-m", "app", *arguments],
        cwd=ROOT,
        env={**os.environ, **invalid},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_key_prints_a_new_key_and_its_digest(capsys: pytest.CaptureFixture[str]) -> None:
    printed = []
    for _ in range(2):
        assert main(["key"]) == 0
        lines = capsys.readouterr().out.splitlines()
        printed.append(dict(line.split() for line in lines if not line.startswith(" ")))
    first, second = printed
    assert first["digest"] == digest(first["key"]).hex()
    assert Settings.from_environment({"API_KEYS": first["digest"]}).api_keys == (first["digest"],)
    assert first["key"] != second["key"]


def test_settings_prints_the_table() -> None:
    done = run("settings")
    assert (done.returncode, done.stderr, done.stdout) == (0, "", format_table() + "\n")


def test_help_describes_every_command() -> None:
    done = run("--help")
    assert (done.returncode, done.stderr) == (0, "")
    commands = " ".join(done.stdout.partition("  COMMAND\n")[2].split())
    assert commands == (
        "key Create an API key, and print it and its digest. "
        "settings Print all settings as a table. "
        "score Add a prediction to each row of a CSV."
    )


@pytest.mark.parametrize("arguments", [[], ["serve"], ["--port=80"], ["key", "extra"]])
def test_rejects_unknown_arguments(
    arguments: Sequence[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert capsys.readouterr().err.startswith("usage: python -m app ")
