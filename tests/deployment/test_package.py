import os
import platform
import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import redirect_stdout
from importlib.util import find_spec
from io import StringIO
from pathlib import Path
from typing import NamedTuple
from zipfile import ZipFile

import httpx
import pytest

from deployment.emulator import INVOCATIONS, emulator
from deployment.package import Target, build, main, wheels
from tests.conftest import ROOT
from tests.deployment.test_emulator import invoke
from tests.function_url import RECORDED, without_id

MEGABYTE = 1_000_000
MACHINES = {"x86_64": "x86_64", "arm64": "aarch64"}


class Package(NamedTuple):
    path: Path
    architecture: str
    output: str
    names: list[str]


@pytest.fixture(scope="module", params=MACHINES)
def package(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Package:
    path = tmp_path_factory.mktemp("package") / "deployment-package.zip"
    with redirect_stdout(StringIO()) as output:
        main(["--architecture", request.param, "--output", str(path)])
    with ZipFile(path) as archive:
        return Package(path, request.param, output.getvalue(), archive.namelist())


def test_is_a_tenth_of_lambdas_size_limits(package: Package) -> None:
    with ZipFile(package.path) as archive:
        unzipped = sum(entry.file_size for entry in archive.infolist()) / MEGABYTE
    zipped = package.path.stat().st_size / MEGABYTE
    assert zipped <= 5
    assert unzipped <= 15
    assert not any(".data/" in name for name in package.names), "which pip would move"
    assert package.output == (
        f"{package.path}: {zipped:.1f} MB, {unzipped:.1f} MB unzipped, "
        f"Python 3.13 on {package.architecture}\n"
    )


def test_make_package_builds_it() -> None:
    rule = r"^package: .*\n\t@\$\(bin\)/python -m deployment\.package --architecture \$\(ARCH\)$"
    assert re.search(rule, (ROOT / "Makefile").read_text(), re.MULTILINE)


def test_downloads_the_wheels_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    original = wheels(Target())
    # pip finds the wheels only where the first download is kept.
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", original.as_uri())
    copy = wheels(Target(), tmp_path)
    assert {file.name for file in copy.iterdir()} == {file.name for file in original.iterdir()}
    monkeypatch.setenv("PIP_FIND_LINKS", "")
    assert wheels(Target(), tmp_path) == copy


def test_binaries_are_for_the_target(package: Package) -> None:
    suffix = f"cpython-313-{MACHINES[package.architecture]}-linux-gnu.so"
    binaries = [name for name in package.names if name.endswith(".so")]
    assert binaries
    assert all(suffix in name for name in binaries)


def test_contains_the_service_but_nothing_of_training(package: Package) -> None:
    top = {name.partition("/")[0] for name in package.names}
    assert {"app", "model", "fastapi", "mangum", "pydantic_core"} <= top
    assert not top & {"training", "tests", "numpy", "sklearn", "uvicorn", "bin", "requirements"}
    service = {
        file.relative_to(ROOT).as_posix()
        for file in (ROOT / "app").rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }
    assert service == {name for name in package.names if name.startswith("app/")}
    artifacts = {name for name in package.names if name.startswith("model/artifacts/")}
    assert {Path(name).name for name in artifacts} >= {"scorecard.json", "card.html", "steps.svg"}
    assert not {Path(name).name for name in artifacts} & {"README.md", "clf.joblib"}


def test_entries_have_neither_a_date_nor_a_path_of_this_machine(package: Package) -> None:
    with ZipFile(package.path) as archive:
        entries = archive.infolist()
        assert {entry.date_time for entry in entries} == {(1980, 1, 1, 0, 0, 0)}
        assert {entry.external_attr >> 16 for entry in entries} == {0o644}
        assert package.names == sorted(package.names)
        texts = (archive.read(name) for name in package.names if not name.endswith(".so"))
        assert not any(str(ROOT).encode() in text for text in texts)


@pytest.fixture(scope="module")
def function(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A client of the unzipped package, with only Lambda's own client beside it on the path."""
    folder = tmp_path_factory.mktemp("task")
    architecture = {name: key for key, name in MACHINES.items()}[platform.machine()]
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    build(folder / "package.zip", Target(architecture, python))
    with ZipFile(folder / "package.zip") as archive:
        archive.extractall(folder / "task")
    for name in ("awslambdaric", "runtime_client", "simplejson", "snapshot_restore_py"):
        _copy_module(name, folder / "runtime")
    path = os.pathsep.join(str(folder / part) for part in ("task", "runtime"))
    runtime = [sys.executable, "-P", "-S", "-m", "awslambdaric", "app.lambda_handler.handler"]
    with (
        (folder / "log").open("w") as log,
        emulator(runtime=runtime, environment={"PYTHONPATH": path}, output=log) as url,
        httpx.Client(base_url=url.removesuffix(INVOCATIONS), timeout=30) as client,
    ):
        yield client


def _copy_module(name: str, folder: Path) -> None:
    spec = find_spec(name)
    assert spec is not None
    assert spec.origin is not None
    origin = Path(spec.origin)
    if origin.name == "__init__.py":
        shutil.copytree(origin.parent, folder / name)
    else:
        shutil.copy(origin, folder)


@pytest.mark.parametrize("name", RECORDED)
def test_returns_the_recorded_response(function: httpx.Client, name: str) -> None:
    response = invoke(function, RECORDED[name]["event"])
    assert without_id(response) == RECORDED[name]["response"]
