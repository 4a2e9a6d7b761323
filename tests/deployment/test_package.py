"""The zip that Lambda runs: small, reproducible, and whole."""

import os
import platform
import re
import shutil
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from zipfile import ZipFile

import httpx
import pytest

from app.page import FOLDER
from deployment.emulator import INVOCATIONS, emulator
from deployment.package import Target, build, main, wheels
from tests import function_url
from tests.conftest import ROOT
from tests.deployment.test_emulator import RECORDED, invoke

MEGABYTE = 1_000_000
HERE = Target(
    "arm64" if platform.machine() in ("aarch64", "arm64") else "x86_64",
    f"{sys.version_info.major}.{sys.version_info.minor}",
)


@pytest.fixture(scope="module", params=["x86_64", "arm64"])
def package(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("package") / f"{request.param}.zip"
    main(["--architecture", request.param, "--output", str(path)])
    return path


def names(package: Path) -> list[str]:
    with ZipFile(package) as archive:
        return archive.namelist()


def test_its_size_is_a_tenth_of_what_lambda_takes(package: Path) -> None:
    with ZipFile(package) as archive:
        unzipped = sum(entry.file_size for entry in archive.infolist())
    assert package.stat().st_size <= 5 * MEGABYTE
    assert unzipped <= 15 * MEGABYTE


def test_the_same_sources_give_the_same_bytes(package: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.zip"
    build(again, Target(package.stem))
    assert again.read_bytes() == package.read_bytes()


def test_its_wheels_are_fetched_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = wheels(Target())
    # From here on pip has them only where the first fetch has left them.
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(kept))
    again = wheels(Target(), tmp_path)
    assert {file.name for file in again.iterdir()} == {file.name for file in kept.iterdir()}
    monkeypatch.setenv("PIP_FIND_LINKS", "")
    assert wheels(Target(), tmp_path) == again, "the second time nothing is fetched"


def test_its_binaries_are_for_its_target(package: Path) -> None:
    machine = {"x86_64": "x86_64", "arm64": "aarch64"}[package.stem]
    binaries = [name for name in names(package) if name.endswith(".so")]
    assert binaries
    assert all(f"cpython-313-{machine}-linux-gnu.so" in name for name in binaries)


def test_it_holds_the_service_and_nothing_of_training(package: Path) -> None:
    top = {name.partition("/")[0] for name in names(package)}
    assert {"app", "model", "fastapi", "mangum", "pydantic_core"} <= top
    assert not top & {"training", "tests", "numpy", "sklearn", "uvicorn", "bin", "requirements"}
    assert "model/artifacts/scorecard.json" in names(package)
    page = {f"app/static/{path.name}" for path in FOLDER.iterdir()}
    assert page == {name for name in names(package) if name.startswith("app/static/")}
    assert {"model/artifacts/card.html", "model/artifacts/figures/steps.svg"} <= set(names(package))
    assert "model/artifacts/README.md" not in names(package)
    assert "model/artifacts/clf.joblib" not in names(package)


def test_its_entries_say_neither_when_nor_where_they_were_made(package: Path) -> None:
    with ZipFile(package) as archive:
        entries = archive.infolist()
        assert {entry.date_time for entry in entries} == {(1980, 1, 1, 0, 0, 0)}
        assert {entry.external_attr >> 16 for entry in entries} == {0o644}
        assert [entry.filename for entry in entries] == sorted(names(package))
        texts = (archive.read(name) for name in names(package) if not name.endswith(".so"))
        assert not any(str(ROOT).encode() in text for text in texts)


@pytest.fixture(scope="module")
def unzipped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """Invokes the unzipped package, alone on ``sys.path`` but for Lambda's own client."""
    folder = tmp_path_factory.mktemp("task")
    build(folder / "package.zip", HERE)
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


@pytest.mark.parametrize("name", sorted(RECORDED))
def test_unzipped_and_alone_it_answers_every_recorded_event(
    unzipped: httpx.Client, name: str
) -> None:
    answer = invoke(unzipped, RECORDED[name]["event"])
    assert function_url.without_id(answer) == RECORDED[name]["answer"]


def test_make_package_says_what_it_wrote(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "deployment-package.zip"
    main(["--output", str(path)])
    size = path.stat().st_size / MEGABYTE
    said = rf"{re.escape(str(path))}: {size:.1f} MB, \d+\.\d MB unzipped, Python 3.13 on x86_64\n"
    assert re.fullmatch(said, capsys.readouterr().out)
    rule = r"^package: .*\n\t@\$\(bin\)/python -m deployment\.package --architecture \$\(ARCH\)$"
    assert re.search(rule, (ROOT / "Makefile").read_text(), re.MULTILINE)
