"""The Makefile sets itself up anywhere, and says what is wrong in plain words."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.processes import start

OUTSIDE = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the Makefile and nothing to install."""
    project = tmp_path / "My Projekt ü"
    (project / "requirements").mkdir(parents=True)
    shutil.copy(ROOT / "Makefile", project)
    for locked in (ROOT / "requirements").glob("*.txt"):
        (project / "requirements" / locked.name).write_text(f"# {locked.name}\n")
    return project


def make(folder: Path, *arguments: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        ["make", "--no-print-directory", *arguments],
        cwd=folder,
        env={**OUTSIDE, "PYTHON": sys.executable, **variables},
        capture_output=True,
        text=True,
        check=False,
    )


def fake_python(folder: Path, body: str) -> str:
    """Write a program that runs ``body`` in a shell, then Python; return its name."""
    program = folder / "python"
    program.write_text(f'#!/bin/sh\n{body}\nexec "{sys.executable}" "$@"\n')
    program.chmod(0o755)
    return "./python"


def test_help_lists_every_target() -> None:
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^\.PHONY: ([a-z-]+)$", text, re.MULTILINE))
    assert len(targets) >= 15
    assert (
        set(re.findall(r"^  make ([a-z-]+) +\S", make(ROOT, "help").stdout, re.MULTILINE))
        == targets
    )


def test_without_venv_module_names_the_package_and_leaves_nothing(folder: Path) -> None:
    python = fake_python(folder, 'case "$*" in *ensurepip*) exit 1;; esac')
    run = make(folder, ".install-serve", PYTHON=python)
    assert run.returncode != 0
    assert "apt-get install python3-venv" in run.stderr
    assert not (folder / ".venv").exists()


def test_an_old_python_is_named(folder: Path) -> None:
    python = fake_python(folder, 'echo "Python 3.11 or newer is needed" >&2; exit 1')
    assert "Python 3.11 or newer is needed" in make(folder, ".install-serve", PYTHON=python).stderr
    assert not (folder / ".venv").exists()


def test_an_interrupted_setup_is_repeated_and_a_moved_folder_works(folder: Path) -> None:
    python = fake_python(
        folder, 'case "$*" in "-m venv"*) mkdir .venv; touch .venv/x; exit 1;; esac'
    )
    assert make(folder, ".install-serve", PYTHON=python).returncode != 0
    run = make(folder, ".install-serve")
    assert run.returncode == 0, run.stderr
    assert not (folder / ".venv" / "x").exists()
    assert make(folder, ".install-serve").stderr == "", "the second time nothing is installed"

    moved = folder.rename(folder.parent / "moved")
    [packages] = (moved / ".venv" / "lib").glob("python*/site-packages")
    half = packages / "half-1.0.dist-info"
    half.mkdir()
    (half / "METADATA").touch()
    run = make(moved, ".install-train")
    assert run.returncode == 0, run.stderr
    assert not half.exists(), "a package whose installation was interrupted"

    (moved / ".venv" / "bin" / "python").unlink()
    assert make(moved, ".install-serve").returncode == 0, "a broken Python is replaced"


def test_a_taken_port_is_named_with_a_way_out() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        run = make(ROOT, "run", PORT=str(port), VENV=os.path.relpath(sys.prefix, ROOT))
    assert run.returncode != 0
    assert f"port {port} of 127.0.0.1: Address already in use" in run.stderr
    assert f"make run PORT={port + 1}" in run.stderr
    assert "Traceback" not in run.stderr


@pytest.mark.parametrize("interrupt", [signal.SIGINT, signal.SIGTERM])
def test_make_run_takes_its_port_from_the_environment_and_stops_cleanly(
    port: int, interrupt: signal.Signals
) -> None:
    variables = {"VENV": os.path.relpath(sys.prefix, ROOT), "PORT": str(port), "HOST": "my-host"}
    command = ["env", "--unset=MAKEFLAGS", "make", "--no-print-directory", "run"]
    with start(command, variables, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as run:
        assert run.stdout is not None
        assert run.stderr is not None
        assert run.stdout.readline().endswith("To use it: make run HOST=my-host\n")
        log = ""
        while "running on" not in log:
            log += run.stderr.readline()
        assert f"http://127.0.0.1:{port}" in log
        os.killpg(run.pid, interrupt)
        _, rest = run.communicate(timeout=20)
    assert "Traceback" not in rest
    assert "Finished server process" in rest
