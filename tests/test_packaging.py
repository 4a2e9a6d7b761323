"""The wheel is complete, and works outside the project."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from importlib.metadata import Distribution, distributions, version
from pathlib import Path
from zipfile import ZipFile

import pytest

import app
from tests.conftest import ROOT

PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT = PYPROJECT["project"]
LIBRARY = (ROOT / "docs" / "library.md").read_text(encoding="utf-8")
# Records of training, and the pickle that `make train` leaves there.
NOT_SHIPPED = {f"model/artifacts/{n}" for n in ("clf.joblib", "evaluation.json", "search.json")}

GET_PAGES = """
import asyncio, httpx
from app.main import app

async def statuses():
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        for path in ("/", "/static/main.js", "/card", "/card/steps.svg", "/docs", "/health"):
            print(path, (await client.get(path)).status_code)

asyncio.run(statuses())
"""


def run(*command: str, cwd: Path, **environment: str) -> str:
    done = subprocess.run(
        command,
        cwd=cwd,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def pip_install(*arguments: str, target: Path) -> None:
    """Install into ``target``, without the network."""
    options = ["--disable-pip-version-check", "--no-deps", "--no-index", "--no-build-isolation"]
    command = [sys.executable, "-m", "pip", "install", *options, "--target", str(target)]
    run(*command, *arguments, cwd=target.parent)


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files that a build reads, after `make train`."""
    folder = tmp_path_factory.mktemp("source")
    for room in ("app", "model"):
        shutil.copytree(ROOT / room, folder / room, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("LICENSE", "README.md", "pyproject.toml"):
        shutil.copy(ROOT / name, folder)
    (folder / "model" / "artifacts" / "clf.joblib").touch()
    return folder


@pytest.fixture(scope="module")
def wheel(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel"]
    run(*command, "--directory", str(folder), cwd=source)
    [built] = folder.iterdir()
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder such as `site-packages`, with the wheel alone."""
    folder = tmp_path_factory.mktemp("target") / "installed"
    pip_install(str(wheel), target=folder)
    return folder


@pytest.fixture(scope="module")
def distribution(installed: Path) -> Distribution:
    [found] = distributions(path=[str(installed)])
    return found


def test_holds_the_code_and_data_of_app_and_model_and_nothing_else(
    wheel: Path, source: Path
) -> None:
    files = {
        file.relative_to(source).as_posix()
        for room in ("app", "model")
        for file in (source / room).rglob("*")
        if file.is_file()
    }
    assert files > NOT_SHIPPED
    packed = {name for name in ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert packed == files - NOT_SHIPPED


def test_metadata_is_that_of_the_project(distribution: Distribution) -> None:
    metadata = distribution.metadata
    assert metadata["Name"] == "sklearn-lambda"
    assert metadata["Version"] == app.__version__
    assert metadata["License-Expression"] == "Apache-2.0"
    assert distribution.read_text("licenses/LICENSE") == (ROOT / "LICENSE").read_text()
    required = [each for each in distribution.requires or () if "extra ==" not in each]
    assert sorted(required) == sorted(PROJECT["dependencies"])


def test_builds_with_the_version_that_is_tested() -> None:
    assert PYPROJECT["build-system"]["requires"] == [f"hatchling=={version('hatchling')}"]


def test_documented_use_works_with_the_standard_library_alone(
    installed: Path, tmp_path: Path
) -> None:
    [(code, shown)] = re.findall(r"```python\n(.*?)```\n\n```text\n(.*?)```", LIBRARY, re.DOTALL)
    assert len([line for line in code.splitlines() if line]) == 4
    # -S: without site-packages.
    command = [sys.executable, "-S", "-c", code]
    assert run(*command, cwd=tmp_path, PYTHONPATH=str(installed)) == shown


def test_command_scores_a_csv(installed: Path, tmp_path: Path) -> None:
    [name] = PROJECT["scripts"]
    scans = tmp_path / "scans.csv"
    scans.write_text(
        "meanConcavePoints,worstRadius,worstTexture,worstArea,worstConcavePoints\n"
        "0.07951,24.86,26.58,1866.0,0.01\n"
    )
    command = [str(installed / "bin" / name), "score", "scans.csv", "-o", "scored.csv"]
    run(*command, cwd=tmp_path, PYTHONPATH=str(installed))
    [_, row] = (tmp_path / "scored.csv").read_text().splitlines()
    assert row.startswith(scans.read_text().splitlines()[1] + ",1,0.93")


def test_serves_its_pages(installed: Path, tmp_path: Path) -> None:
    served = run(sys.executable, "-c", GET_PAGES, cwd=tmp_path, PYTHONPATH=str(installed))
    assert [line.split()[1] for line in served.splitlines()] == 6 * ["200"]


def test_an_editable_installation_imports_the_sources(source: Path, tmp_path: Path) -> None:
    folder = tmp_path / "installed"
    pip_install("--editable", str(source), target=folder)
    [link] = folder.glob("*.pth")
    assert link.read_text().strip() == str(source)
