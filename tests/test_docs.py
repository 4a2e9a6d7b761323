"""Every command in README and docs/ is run, and prints the output shown.

docs/api.md, docs/deploy.md and docs/library.md have tests of their own.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import model
from app.middleware.request_log import FIELDS
from app.settings import format_table
from tests.conftest import ROOT, running

DOCUMENTS = ("README.md", "docs/configuration.md", "docs/csv.md", "docs/model.md")
README = (ROOT / "README.md").read_text(encoding="utf-8")
CONFIGURATION = (ROOT / "docs/configuration.md").read_text(encoding="utf-8")
SERVE, TEST, PACKAGE = "make run", "make test", "make package"

# A make that runs these tests would otherwise announce the folders that another one enters.
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}


def transcripts(text: str) -> list[tuple[str, str]]:
    """Return the ``sh`` blocks of ``text``, each with the ``text`` block that follows it."""
    return re.findall(r"```sh\n(.*?)\n```(?:\n\n```text\n(.*?)```)?", text, re.DOTALL)


COMMANDS = [
    pytest.param(command, output, id=f"{name}-{number}")
    for name in DOCUMENTS
    for number, (command, output) in enumerate(transcripts((ROOT / name).read_text("utf-8")))
    # The first serves the others, the second runs this test, docs/deploy.md has the third too.
    if command not in (SERVE, TEST, PACKAGE)
]


@pytest.fixture(scope="module")
def served() -> Iterator[str]:
    with running(["make", "run", "PORT=0"], {"VENV": os.path.relpath(sys.prefix, ROOT)}) as address:
        yield address


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project, for commands that write into it."""
    folder = tmp_path_factory.mktemp("clone") / "My Projekt ü"
    ignored = shutil.ignore_patterns(".*", "clf.joblib", "layer", "*.zip")
    shutil.copytree(ROOT, folder, ignore=ignored)
    (folder / ".venv").symlink_to(sys.prefix)
    return folder


@pytest.mark.parametrize(("command", "output"), COMMANDS)
def test_command_prints_the_output_shown(
    command: str, output: str, served: str, clone: Path
) -> None:
    command = command.replace("http://127.0.0.1:8000", served)
    run = subprocess.run(
        ["bash", "-c", command],
        cwd=clone,
        env=ENVIRONMENT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.stdout.splitlines() == output.splitlines(), run.stderr
    assert run.returncode == 0, run.stderr


def test_the_first_screen_has_a_call_and_the_two_commands() -> None:
    screen = "\n".join(README.splitlines()[:50])
    assert {SERVE, TEST} < {command for command, _ in transcripts(screen)}
    assert '{"reason":"OK","prediction":1,"status":"200"}' in screen
    assert all(f"{room}/" in screen for room in ("training", "model", "app"))


def test_readme_shows_the_package_as_the_page_on_deployment_does() -> None:
    deploy = transcripts((ROOT / "docs" / "deploy.md").read_text(encoding="utf-8"))
    assert [each for each in transcripts(README) if each[0] == PACKAGE] == [
        each for each in deploy if each[0] == PACKAGE
    ]


def test_readme_is_short() -> None:
    assert len(README.splitlines()) < 150


def test_every_setting_and_log_field_is_documented() -> None:
    assert f"\n\n{format_table()}\n\n" in CONFIGURATION
    assert all(f"`{field}`" in CONFIGURATION for field in FIELDS)


def test_every_page_is_linked_from_readme() -> None:
    pages = {str(page.relative_to(ROOT)) for page in ROOT.glob("docs/*.md")}
    assert pages <= set(re.findall(r"\]\(([^)]+)\)", README))


def test_ci_runs_the_test_command() -> None:
    assert f" {TEST}\n" in (ROOT / ".ci" / "run").read_text()


def test_figures_about_the_model_are_those_of_the_scorecard(scorecard: model.Scorecard) -> None:
    metrics = scorecard.provenance["metrics"]
    nested, held_out = metrics["nested"]["figures"], metrics["holdOut"]
    thresholds = sum(len(feature.thresholds) for feature in scorecard.features)
    size = (model.ARTIFACTS / model.SCORECARD_FILE).stat().st_size
    readme = " ".join(README.split())
    for claim in (
        f"{scorecard.provenance['parameters']['n_estimators']} one-split trees",
        f"{thresholds} thresholds",
        "{value:.3f} accuracy ({low:.3f} to {high:.3f})".format(**nested["accuracy"]),
        "ROC AUC {value:.3f} ({low:.3f} to {high:.3f})".format(**nested["rocAuc"]),
        f"On the {held_out['patients']} held-out patients: F1 {held_out['f1']:.3f}",
        f"{held_out['missed']} missed and {held_out['falseAlarms']} false alarms",
        f"{size / 1000:.0f} kB",
    ):
        assert claim in readme
