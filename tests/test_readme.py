"""Every command in the README is run, and every answer shown is the one that it gives."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import model
from app.settings import table
from tests.conftest import ROOT, running

README = (ROOT / "README.md").read_text(encoding="utf-8")
# A reader's shell is not inside a make, which would announce the folders that it enters.
OUTSIDE = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
ENVIRONMENT = {**OUTSIDE, "VENV": sys.prefix}


def transcript(text: str) -> list[tuple[str, str]]:
    """Return each ``sh`` block of ``text``, with the ``text`` block of output that follows it."""
    return re.findall(r"```sh\n(.*?)\n```(?:\n\n```text\n(.*?)```)?", text, re.DOTALL)


SERVE, TEST = "make run", "make test"
# The first of the two runs for all the others; the second is what runs this.
COMMANDS = [entry for entry in transcript(README) if entry[0] not in (SERVE, TEST)]


@pytest.fixture(scope="module")
def served() -> Iterator[str]:
    """The address at which ``make run`` serves, on a free port: a reader's own may go on."""
    with running(["make", "run", "PORT=0"], {"VENV": sys.prefix}) as address:
        yield address


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project, for commands that write into it."""
    folder = tmp_path_factory.mktemp("clone") / "project"
    made = shutil.ignore_patterns(".*", "clf.joblib", "layer", "*.zip")
    shutil.copytree(ROOT, folder, ignore=made)
    return folder


@pytest.mark.parametrize(("command", "shown"), COMMANDS)
def test_a_command_gives_the_answer_shown(
    command: str, shown: str, served: str, clone: Path
) -> None:
    command = command.replace("http://127.0.0.1:8000", served)
    command = command.replace(".venv/bin/python", sys.executable)
    run = subprocess.run(
        ["bash", "-c", command],
        cwd=clone,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.stdout.splitlines() == shown.splitlines(), run.stderr
    assert run.returncode == 0, run.stderr


def test_the_first_screen_has_a_call_its_answer_and_the_two_commands() -> None:
    screen = "\n".join(README.splitlines()[:50])
    first = [command for command, _ in transcript(screen)]
    assert {SERVE, TEST} < set(first)
    assert '{"reason":"OK","prediction":1,"status":"200"}' in screen
    assert "training/" in screen
    assert "model/" in screen
    assert "app/" in screen


def test_the_settings_are_those_that_there_are() -> None:
    assert f"\n\n{table()}\n\n" in README


def test_ci_runs_the_readmes_test_command() -> None:
    assert f" {TEST}\n" in (ROOT / ".ci" / "run").read_text()


def test_every_figure_about_the_model_is_the_scorecards(scorecard: model.Scorecard) -> None:
    metrics = scorecard.provenance["metrics"]
    nested, held_out = metrics["nested"]["figures"], metrics["holdOut"]
    trees = scorecard.provenance["parameters"]["n_estimators"]
    thresholds = sum(len(feature.thresholds) for feature in scorecard.features)
    size = (model.ARTIFACTS / model.SCORECARD_FILE).stat().st_size
    flat = " ".join(README.split())
    for claim in (
        f"{trees} one-split trees",
        f"{thresholds} thresholds",
        "{value:.3f} accuracy ({low:.3f} to {high:.3f})".format(**nested["accuracy"]),
        "ROC AUC {value:.3f} ({low:.3f} to {high:.3f})".format(**nested["rocAuc"]),
        f"On the {held_out['patients']} held-out patients: F1 {held_out['f1']:.3f}",
        f"{held_out['missed']} missed and {held_out['falseAlarms']} false alarms",
        f"{size / 1000:.0f} kB",
    ):
        assert claim in flat
