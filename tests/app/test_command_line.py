"""What ``python -m app`` does besides serving."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from app.keys import digest
from app.settings import Settings, table
from tests.conftest import ROOT


def run(
    *arguments: str, variables: Mapping[str, str] | None = None, folder: Path = ROOT
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "app", *arguments],
        cwd=folder,
        env={**os.environ, **(variables or {})},
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )


def test_key_prints_a_key_and_its_digest_and_nothing_else() -> None:
    made = run("key")
    assert (made.returncode, made.stderr) == (0, "")
    key, _, shown, _ = made.stdout.splitlines()
    assert digest(key.split()[1].encode()).hex() == shown.split()[1]
    assert run("key").stdout != made.stdout


def test_settings_prints_the_table_whatever_is_set() -> None:
    printed = run("settings", variables={"PORT": "bad"})
    assert (printed.returncode, printed.stderr, printed.stdout) == (0, "", table() + "\n")


def test_help_names_every_command() -> None:
    shown = run("--help")
    assert shown.returncode == 0
    for command in ("key ", "settings "):
        assert f"\n    {command}" in shown.stdout


@pytest.mark.parametrize("argument", ["serv", "--port=80"])
def test_an_argument_that_does_not_exist_is_refused(argument: str) -> None:
    refused = run(argument)
    assert refused.returncode == 2
    assert refused.stderr.startswith("usage: python -m app ")
    assert "Traceback" not in refused.stderr


@pytest.mark.parametrize("name", Settings.model_fields)
def test_a_bad_setting_stops_the_start_with_one_line(name: str) -> None:
    bad = "7318529 canary\n/"
    stopped = run(variables={name.upper(): bad})
    assert stopped.returncode == 2
    assert stopped.stdout == ""
    [line] = stopped.stderr.splitlines()
    assert line.startswith(f"python -m app: {name.upper()} must be ")
    assert "canary" not in line


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_broken_scorecard_stops_the_start_of_all_workers(tmp_path: Path, workers: str) -> None:
    for room in ("app", "model"):
        shutil.copytree(ROOT / room, tmp_path / room)
    card = tmp_path / "model" / "artifacts" / "scorecard.json"
    card.write_text(card.read_text().replace("0.2012", "0.2013"))
    stopped = run(variables={"PORT": "0", "WORKERS": workers}, folder=tmp_path)
    assert stopped.returncode != 0
    assert "model.errors.ScorecardAltered" in stopped.stderr
    assert "running on" not in stopped.stderr
