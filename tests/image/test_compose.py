"""docker-compose.yml, changed only for the test machine's network."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from deployment.emulator import INVOCATIONS
from tests.conftest import ROOT
from tests.image.containers import docker, emulator_command, run, until
from tests.servers.processes import free_port

FILE = ROOT / "docker-compose.yml"
PROJECT = "classifier-test"
API = free_port()
LAMBDA = 8080  # The port in the emulator's health check.
# Instead of published ports, which CI's engine can't provide.
ON_THE_HOST: dict[str, dict[str, Any]] = {
    "api": {"environment": {"GRANIAN_HOST": "127.0.0.1", "GRANIAN_PORT": str(API)}},
    "lambda": {"command": emulator_command(LAMBDA)},
}


def adapted(folder: Path) -> Path:
    """Write the file for an engine whose only network is the host's."""
    document = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    for name, service in document["services"].items():
        service["build"]["network"] = "host"
        service.update(network_mode="host", **ON_THE_HOST[name])
        del service["ports"]
    path = folder / "docker-compose.yml"
    path.write_text(yaml.safe_dump(document), encoding="utf-8")
    return path


@pytest.fixture(scope="module", autouse=True)
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    file = adapted(tmp_path_factory.mktemp("compose"))

    def compose(*arguments: str) -> None:
        command = ["docker-compose", "--file", str(file), "--project-directory", str(ROOT)]
        command += ["--project-name", PROJECT, *arguments]
        run(*command)

    try:
        compose("up", "--detach", "--build")
        yield
    finally:
        compose("down")


@pytest.mark.parametrize("service", ["api", "lambda"])
def test_health_check_succeeds(service: str) -> None:
    [name] = docker(
        *("ps", "--quiet", "--filter", f"label=com.docker.compose.project={PROJECT}"),
        *("--filter", f"label=com.docker.compose.service={service}"),
    ).split()
    health = ("inspect", "-f", "{{.State.Health.Status}}", name)
    until(lambda: docker(*health) == "healthy", seconds=30)


def test_docs_are_served() -> None:
    assert "swagger-ui" in httpx.get(f"http://127.0.0.1:{API}/docs").text


def test_function_can_be_invoked() -> None:
    response = httpx.post(
        f"http://127.0.0.1:{LAMBDA}{INVOCATIONS}", json={"body": "{}"}, timeout=20
    )
    assert response.json()["status"] == "400"
