"""What can be told of the image without an engine. tests/image/ builds it and runs it."""

import re
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import ROOT

DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
# Each stage's parent, name and instructions; the last one needs no name.
STAGES = re.findall(
    r"^FROM (\S+)(?: AS (\S+))?\n(.*?)(?=^FROM|\Z)", DOCKERFILE, re.MULTILINE | re.DOTALL
)
INSTRUCTIONS = {name: text for _, name, text in STAGES}
PARENTS = {name: parent for parent, name, _ in STAGES}
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]


def hadolint(dockerfile: Path) -> tuple[int, str]:
    """Return the linter's exit status and findings."""
    program = Path(sys.executable).parent / "hadolint"
    run = subprocess.run([program, dockerfile], capture_output=True, text=True, check=False)
    return run.returncode, run.stdout + run.stderr


def ancestors(stage: str) -> list[str]:
    """Return ``stage`` and the stages that it is built on."""
    return [stage, *ancestors(PARENTS[stage])] if stage in PARENTS else []


@pytest.mark.parametrize("name", ["Dockerfile", "benchmarks/Dockerfile"])
def test_the_linter_finds_nothing(name: str) -> None:
    assert hadolint(ROOT / name) == (0, "")


@pytest.mark.parametrize(
    ("line", "worse", "finding"),
    [
        ("FROM python:3.13-slim", "FROM python", "DL3006"),
        ("--no-cache-dir", "", "DL3042"),
        ('ENTRYPOINT ["python", "-m", "app"]', "ENTRYPOINT python -m app", "DL3025"),
        ("USER 65532:65532", "USER root", "DL3002"),
    ],
)
def test_the_linter_finds_what_is_wrong(
    line: str, worse: str, finding: str, tmp_path: Path
) -> None:
    assert line in DOCKERFILE
    mutated = tmp_path / "Dockerfile"
    mutated.write_text(DOCKERFILE.replace(line, worse), encoding="utf-8")
    status, findings = hadolint(mutated)
    assert status != 0
    assert finding in findings


def test_a_plain_build_makes_the_service_without_the_emulator() -> None:
    parent, _, rest = STAGES[-1]
    assert (parent, rest) == ("service", "")
    assert ancestors("emulator") == ["emulator", "service", "python"]
    assert not any("rie" in INSTRUCTIONS[stage] for stage in ancestors("service"))


def test_every_stage_is_on_the_same_base() -> None:
    outside = {parent for parent in PARENTS.values() if parent not in PARENTS}
    assert outside == {"python:3.13-slim"}


def test_snapstart_may_restore_it() -> None:
    assert 'LABEL com.amazonaws.lambda.feature.snapstart="Allow"' in INSTRUCTIONS["service"]


def test_every_instruction_is_given_its_reason() -> None:
    lines = re.sub(r"\\\n", "", DOCKERFILE).splitlines()
    for before, line in pairwise(lines):
        if re.match("(RUN|WORKDIR|ENV|EXPOSE|LABEL|USER|HEALTHCHECK|ENTRYPOINT) ", line):
            assert before.startswith("#"), line


def test_only_what_the_image_holds_is_sent_to_the_engine() -> None:
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    patterns = [line for line in lines if not line.startswith("#")]
    assert patterns[0] == "*"
    assert all(pattern.startswith("!") for pattern in patterns[1:])
    folders = {pattern[1:].partition("/")[0] for pattern in patterns[1:]}
    assert folders == {"app", "model", "requirements"}


def test_compose_serves_both_ways() -> None:
    assert set(SERVICES) == {"api", "lambda"}


@pytest.mark.parametrize("service", SERVICES.values(), ids=SERVICES)
def test_a_composed_service_is_confined(service: dict[str, Any]) -> None:
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["mem_limit"] == "128m"
    assert not {"privileged", "user", "cap_add", "volumes", "network_mode"} & set(service)


@pytest.mark.parametrize("service", SERVICES.values(), ids=SERVICES)
def test_a_composed_service_is_published_on_this_computer_alone(service: dict[str, Any]) -> None:
    assert service["ports"]
    assert all(port.startswith("127.0.0.1:") for port in service["ports"])


@pytest.mark.parametrize("service", SERVICES.values(), ids=SERVICES)
def test_a_composed_service_has_a_health_check(service: dict[str, Any]) -> None:
    stage = service["build"]["target"]
    assert "healthcheck" not in service
    assert "\nHEALTHCHECK " in INSTRUCTIONS[stage]


def test_the_api_is_what_a_plain_build_makes() -> None:
    assert SERVICES["api"]["build"]["target"] == STAGES[-1][0]


def test_ci_tries_the_image_in_an_engine() -> None:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert re.search(r"^\.ci/engine .* tests/image$", script, re.MULTILINE)
