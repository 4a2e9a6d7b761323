"""The two arrows between the three rooms hold, and the lint rule that holds them can fail."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT


@pytest.fixture
def rooms(tmp_path: Path) -> Path:
    for room in ("app", "model", "training"):
        shutil.copytree(ROOT / room, tmp_path / room)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_the_arrows_hold(rooms: Path) -> None:
    kept = lint(rooms)
    assert kept.returncode == 0, kept.stdout
    assert "3 kept, 0 broken" in kept.stdout


@pytest.mark.parametrize(
    ("room", "forbidden"),
    [
        ("model", "app"),
        ("model", "training"),
        ("model", "numpy"),
        ("model", "pydantic"),
        ("app", "training"),
        ("app", "sklearn"),
        ("app", "numpy"),
        ("app", "joblib"),
        ("training", "app"),
    ],
)
def test_an_import_against_an_arrow_is_found(rooms: Path, room: str, forbidden: str) -> None:
    with (rooms / room / "errors.py").open("a") as source:
        source.write(f"import {forbidden}\n")
    broken = lint(rooms)
    assert broken.returncode == 1
    assert f"{room}.errors -> {forbidden}" in broken.stdout
