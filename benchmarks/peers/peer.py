"""A peer and its environment."""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tqdm import tqdm

from benchmarks.estimator import estimator_file
from benchmarks.servers import Server

EXCLUDE_NEWER = "2026-11-22T00:00:00Z"
"""uv resolves the indirect requirements of all peers as of this date.

The package index must state upload times, as PyPI does.
"""


class PeerUnavailable(Exception):
    """A peer cannot be installed or prepared."""


@dataclass(frozen=True)
class Peer:
    """A server of scikit-learn estimators.

    Its commands run in an empty folder, which is also their home directory. Their environment
    has the peer's programs first on PATH and the estimator's file as ``ESTIMATOR``.

    Attributes:
        server: The server to measure.
        requirements: File with its direct requirements, pinned; its own package comes first.
        prepare: Command to run before the first start.
    """

    server: Server
    requirements: Path
    prepare: Sequence[str] = ()

    @property
    def version(self) -> str:
        """Package and version of the server, such as ``mlflow 3.17.2``."""
        first = self.requirements.read_text(encoding="utf-8").splitlines()[0]
        return first.replace("==", " ")

    def install(self, folder: Path) -> Server:
        """Install and prepare the peer; return the server with its environment.

        Args:
            folder: Folder for the environments of all peers.

        Raises:
            PeerUnavailable: A command failed.
        """
        environment = folder / self.requirements.stem
        self._install_packages(environment)
        home = environment / "home"
        shutil.rmtree(home, ignore_errors=True)
        home.mkdir()
        variables = {
            **self.server.environment,
            "PATH": os.pathsep.join([str(environment / "bin"), os.environ["PATH"]]),
            "HOME": str(home),
            "DO_NOT_TRACK": "true",
            "ESTIMATOR": str(estimator_file()),
        }
        if self.prepare:
            self._run("prepare", self.prepare, cwd=home, env={**os.environ, **variables})
        return replace(self.server, environment=variables, folder=home)

    def _install_packages(self, environment: Path) -> None:
        wanted = self.requirements.read_text(encoding="utf-8") + EXCLUDE_NEWER
        installed = environment / "installed.txt"
        if installed.exists() and installed.read_text(encoding="utf-8") == wanted:
            return
        tqdm.write(f"Installing {self.version} (once)", file=sys.stderr)
        uv, python = (sys.executable, "-m", "uv"), ("--quiet", "--python")
        self._run("install", (*uv, "venv", "--clear", *python, sys.executable, environment))
        options = ("--exclude-newer", EXCLUDE_NEWER, "-r", self.requirements)
        self._run("install", (*uv, "pip", "install", *python, environment, *options))
        installed.write_text(wanted, encoding="utf-8")

    def _run(self, action: str, command: Sequence[str | Path], **options: Any) -> None:
        run = subprocess.run(command, stdout=subprocess.DEVNULL, check=False, **options)
        if run.returncode:
            raise PeerUnavailable(f"cannot {action} it (exit status {run.returncode})")
