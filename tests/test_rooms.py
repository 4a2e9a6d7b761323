"""Only the two allowed imports exist between the three rooms, and the lint rule can fail."""

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


def test_the_rooms_follow_the_rule(rooms: Path) -> None:
    result = lint(rooms)
    assert result.returncode == 0, result.stdout
    assert "3 kept, 0 broken" in result.stdout


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
def test_a_forbidden_import_breaks_the_rule(rooms: Path, room: str, forbidden: str) -> None:
    with (rooms / room / "forbidden.py").open("w") as source:
        source.write(f"import {forbidden}\n")
    result = lint(rooms)
    assert result.returncode == 1
    assert f"{room}.forbidden -> {forbidden}" in result.stdout
