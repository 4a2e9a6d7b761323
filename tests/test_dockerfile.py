"""Checks of the image's files that need no container engine; tests/image/ builds and runs it."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import ROOT
from tests.servers.processes import dockerfile_variables

DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
# Each stage's parent, name and instructions; the last stage has no name.
STAGES = re.findall(
    r"^FROM (\S+)(?: AS (\S+))?\n(.*?)(?=^FROM|\Z)", DOCKERFILE, re.MULTILINE | re.DOTALL
)
INSTRUCTIONS = {name: text for _, name, text in STAGES}
PARENTS = {name: parent for parent, name, _ in STAGES}
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]

IGNORED = [
    line
    for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
]


def run_tool(*command: str) -> tuple[int, str]:
    """Run a program of this Python's environment; return its exit status and output."""
    program = Path(sys.executable).with_name(command[0])
    done = subprocess.run([program, *command[1:]], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def ancestors(stage: str) -> list[str]:
    """Return ``stage`` and the stages below it."""
    return [stage, *ancestors(PARENTS[stage])] if stage in PARENTS else []


def test_linter_finds_nothing() -> None:
    assert run_tool("hadolint", str(ROOT / "Dockerfile")) == (0, "")


@pytest.mark.parametrize(
    ("line", "worse", "finding"),
    [
        ("FROM python:3.13-slim", "FROM python", "DL3006"),
        ("--no-cache-dir", "", "DL3042"),
        ('ENTRYPOINT ["/var/task/entrypoint.sh"]', "ENTRYPOINT ./entrypoint.sh", "DL3025"),
        ("USER 65532:65532", "USER root", "DL3002"),
    ],
)
def test_linter_finds_mistakes(line: str, worse: str, finding: str, tmp_path: Path) -> None:
    assert line in DOCKERFILE
    mutated = tmp_path / "Dockerfile"
    mutated.write_text(DOCKERFILE.replace(line, worse), encoding="utf-8")
    status, findings = run_tool("hadolint", str(mutated))
    assert status != 0
    assert finding in findings


def test_plain_build_makes_the_service_without_the_emulator() -> None:
    parent, _, rest = STAGES[-1]
    assert (parent, rest) == ("service", "")
    assert ancestors("emulator") == ["emulator", "service", "python"]
    assert not any("rie" in INSTRUCTIONS[stage] for stage in ancestors("service"))


def test_every_stage_has_the_same_base() -> None:
    outside = {parent for parent in PARENTS.values() if parent not in PARENTS}
    assert outside == {"python:3.13-slim"}


def test_snapstart_may_restore_the_image() -> None:
    assert 'LABEL com.amazonaws.lambda.feature.snapstart="Allow"' in INSTRUCTIONS["service"]


def test_granian_knows_every_variable() -> None:
    """It ignores others without a word."""
    status, text = run_tool("granian", "--help")
    assert status == 0
    # The text is wrapped anywhere, also within names.
    known = set(re.findall(r"envvar:(GRANIAN_\w+)", re.sub(r"\s", "", text)))
    variables = set(dockerfile_variables())
    assert len(variables) == DOCKERFILE.count("GRANIAN_") - 1  # The health check reads one.
    assert variables <= known


def test_granian_writes_no_access_log() -> None:
    """A query string may hold a measurement."""
    assert dockerfile_variables()["GRANIAN_LOG_ACCESS_ENABLED"] == "false"


def test_granian_logs_through_the_handlers_of_the_app() -> None:
    config = json.loads((ROOT / "deployment" / "granian-log.json").read_text(encoding="utf-8"))
    assert not config["handlers"]
    assert config["disable_existing_loggers"] is False


def test_entry_point_is_executable() -> None:
    assert os.access(ROOT / "deployment" / "entrypoint.sh", os.X_OK)


def test_build_context_holds_only_listed_files() -> None:
    assert IGNORED[0] == "*"
    assert all(pattern.startswith("!") for pattern in IGNORED[1:])
    assert not any(pattern.startswith("!.") or "**" in pattern for pattern in IGNORED)


def test_build_context_holds_the_whole_app() -> None:
    admitted = {file for pattern in IGNORED[1:] for file in ROOT.glob(pattern[1:])}
    assert {*(ROOT / "app").rglob("*.py"), *(ROOT / "app").rglob("static/*")} <= admitted


@pytest.mark.parametrize("service", SERVICES.values(), ids=SERVICES)
def test_composed_service_is_confined_to_this_computer(service: dict[str, Any]) -> None:
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["restart"] == "unless-stopped"
    assert not {"privileged", "user", "cap_add", "volumes", "network_mode"} & set(service)
    assert service["ports"]
    assert all(port.startswith("127.0.0.1:") for port in service["ports"])
    assert "healthcheck" not in service
    assert "\nHEALTHCHECK " in INSTRUCTIONS[service["build"]["target"]]


def test_composed_services_have_a_memory_limit() -> None:
    limits = {name: service["mem_limit"] for name, service in SERVICES.items()}
    assert limits == {"api": "256m", "lambda": "128m"}


def test_composed_api_is_what_a_plain_build_makes() -> None:
    assert SERVICES["api"]["build"]["target"] == STAGES[-1][0]


def test_ci_runs_the_image_in_an_engine() -> None:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert re.search(r"^\.ci/engine .* tests/image$", script, re.MULTILINE)
