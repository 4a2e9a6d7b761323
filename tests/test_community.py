"""The files for maintainers agree with the project: licence, documents, hooks and hosted CI."""

import re
import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import yaml

import app
from tests.conftest import ROOT

WORKFLOW = ROOT / ".github" / "workflows" / "ci.yml"
HOOKS = ROOT / ".pre-commit-config.yaml"
DOCUMENTS = ("CONTRIBUTING.md", "SECURITY.md", "docs/architecture.md", "docs/library.md")
ROOMS = r"app|benchmarks|deployment|docs|model|requirements|tests|training"
# Of https://www.apache.org/licenses/LICENSE-2.0.txt
APACHE_2 = "cfc7749b96f63bd31c3c42b5c471bf756814053e847c10f3eb003417bc523d30"
BIN = Path(sys.executable).parent


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def targets(text: str) -> set[str]:
    """Return the targets of the calls of make in ``text``."""
    return set(re.findall(r"(?:^|`|run: )make ([a-z][a-z-]*)", text, re.MULTILINE))


def test_the_licence_is_apache_2() -> None:
    mine, template = "2026 The sklearn-lambda authors", "[yyyy] [name of copyright owner]"
    assert sha256(read("LICENSE").replace(mine, template).encode()).hexdigest() == APACHE_2


def test_the_changelog_begins_with_this_version() -> None:
    [first, *_] = re.findall(r"^## (\S+)", read("CHANGELOG.md"), re.MULTILINE)
    assert first in ("Unreleased", app.__version__)


@pytest.mark.parametrize(
    "name", [*DOCUMENTS, ".github/workflows/ci.yml", ".pre-commit-config.yaml"]
)
def test_make_targets_exist(name: str) -> None:
    assert targets(read(name)) <= set(re.findall(r"^([\w-]+):", read("Makefile"), re.MULTILINE))


@pytest.mark.parametrize("name", DOCUMENTS)
def test_named_files_exist(name: str) -> None:
    named = re.findall(rf"(?:`|TESTS=)((?:{ROOMS})/[\w./-]*)", read(name))
    made = {"model/artifacts/clf.joblib"}
    assert [path for path in named if path not in made and not (ROOT / path).exists()] == []


def test_the_workflow_matches_githubs_schema() -> None:
    command = [str(BIN / "check-jsonschema"), "--builtin-schema", "vendor.github-workflows"]
    checked = subprocess.run(
        [*command, str(WORKFLOW)], capture_output=True, text=True, check=False, timeout=60
    )
    assert checked.returncode == 0, checked.stdout


def test_the_workflow_checks_tests_and_builds_the_image() -> None:
    commands = {step.get("run") for step in steps()}
    assert {"make check", "make test", "docker build --tag classifier ."} <= commands
    matrix = yaml.safe_load(read(".github/workflows/ci.yml"))["jobs"]["test"]["strategy"]["matrix"]
    assert matrix["python"] == ["3.11", "3.13"]


def test_the_workflow_pins_actions_to_commits() -> None:
    used = [step["uses"] for step in steps() if "uses" in step]
    assert used
    assert [action for action in used if not re.search(r"@[0-9a-f]{40}$", action)] == []


def steps() -> list[dict[str, Any]]:
    jobs = yaml.safe_load(WORKFLOW.read_text(encoding="utf-8"))["jobs"]
    return [step for job in jobs.values() for step in job["steps"]]


def test_hooks_run_installed_tools_without_the_network() -> None:
    repositories = yaml.safe_load(HOOKS.read_text(encoding="utf-8"))["repos"]
    assert [each["repo"] for each in repositories] == ["local"]
    for hook in repositories[0]["hooks"]:
        tool = hook["entry"].split()[0].removeprefix(".venv/bin/")
        assert hook["language"] == "system"
        assert shutil.which(tool, path=BIN)
