"""A peer, and its environment."""

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.contenders import Contender
from benchmarks.peers.questions import estimator, questions

_QUIETLY = ("--disable-pip-version-check", "--quiet", "--quiet")


class CannotBeMeasured(Exception):
    """A peer isn't there to be measured; the message says why."""


@dataclass(frozen=True)
class Peer:
    """A server of scikit-learn estimators.

    Its programs come first on the PATH of its commands, ``ESTIMATOR`` names the estimator's
    file, and both the working and the home directory are a folder that is its own.

    Attributes:
        name: What tables call it.
        package: What registries call it.
        pinned: All that its environment holds, with hashes.
        command: What starts it; ``{port}`` stands for the port.
        path: Where it predicts.
        body: Returns the request about one observation, which JSON can hold.
        label: Returns the label in an answer.
        prepare: What is run before it is started for the first time.
        environment: What else it finds there; ``{estimator}`` stands for the estimator's file.
        stop_with: The signal that ends it.
    """

    name: str
    package: str
    pinned: Path
    command: Sequence[str]
    path: str
    body: Callable[[Sequence[float]], Any]
    label: Callable[[Any], Any]
    prepare: Sequence[str] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    stop_with: signal.Signals = signal.SIGTERM

    @property
    def version(self) -> str:
        """Its package with the version that is pinned."""
        pin = rf"^{re.escape(self.package)}==(\S+)"
        found = re.search(pin, self.pinned.read_text(encoding="utf-8"), re.MULTILINE)
        return f"{self.package} {found[1]}" if found else self.package

    def ready(self, folder: Path) -> Contender:
        """Return what is to be measured, with its environment in ``folder``.

        Raises:
            CannotBeMeasured: It can't be installed, or not be prepared.
        """
        environment = folder / self.package
        self._install(environment)
        made = environment / "made"
        shutil.rmtree(made, ignore_errors=True)
        made.mkdir()
        variables = self._variables(environment, made)
        self._prepare(made, variables)
        return Contender(
            self.name,
            self.command,
            questions(self.path, self.body, self.label),
            variables,
            made,
            self.stop_with,
        )

    def _install(self, environment: Path) -> None:
        pinned, installed = self.pinned.read_bytes(), environment / "installed.txt"
        if installed.exists() and installed.read_bytes() == pinned:
            return
        print(f"Installing {self.version}; the next run will not need to.", file=sys.stderr)
        shutil.rmtree(environment, ignore_errors=True)
        python = (sys.executable, "-m")
        self._run((*python, "venv", "--without-pip", str(environment)), "get an environment")
        target = ("--python", str(environment / "bin" / "python"))
        options = ("--no-deps", "--require-hashes", "-r", str(self.pinned))
        self._run((*python, "pip", *target, "install", *_QUIETLY, *options), "be installed")
        installed.write_bytes(pinned)

    def _variables(self, environment: Path, made: Path) -> dict[str, str]:
        file = str(estimator())
        return {
            "PATH": os.pathsep.join([str(environment / "bin"), os.environ["PATH"]]),
            "HOME": str(made),
            "DO_NOT_TRACK": "true",
            **{name: text.replace("{estimator}", file) for name, text in self.environment.items()},
            "ESTIMATOR": file,
        }

    def _prepare(self, made: Path, variables: Mapping[str, str]) -> None:
        if self.prepare:
            self._run(self.prepare, "be prepared", cwd=made, env={**os.environ, **variables})

    def _run(self, command: Sequence[str], what: str, **where: Any) -> None:
        run = subprocess.run(command, stdout=subprocess.DEVNULL, check=False, **where)
        if run.returncode:
            raise CannotBeMeasured(f"{self.name} could not {what}: status {run.returncode}")
