"""Files that the image holds, and those that it must not."""

import json
import re
import struct
import tarfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import pytest

from tests.conftest import ROOT
from tests.image.containers import EMULATOR, SERVICE, docker, run

TASK = "var/task"
# PEP 552: the flags of bytecode whose hash is never checked.
UNCHECKED_HASH = 0b01


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Every regular file of the image, with its first 16 bytes."""
    archive = tmp_path_factory.mktemp("image") / "files.tar"
    name = docker("create", SERVICE)
    try:
        docker("export", "--output", str(archive), name)
    finally:
        docker("rm", name)
    with tarfile.open(archive) as members:
        return dict(_beginnings(members))


def _beginnings(members: tarfile.TarFile) -> Iterator[tuple[str, bytes]]:
    for member in members:
        content = members.extractfile(member) if member.isreg() else None
        if content is not None:
            yield member.name, content.read(16)


def committed(folder: str) -> set[str]:
    return set(run("git", "-C", str(ROOT), "ls-files", folder).split())


def top_level(files: dict[str, bytes]) -> set[str]:
    return {PurePosixPath(name).parts[2] for name in files if name.startswith(f"{TASK}/")}


def test_own_files_are_the_code_the_scorecard_and_the_pages(files: dict[str, bytes]) -> None:
    own = {
        name.removeprefix(f"{TASK}/")
        for name in files
        if re.match(rf"{TASK}/((app|model)/|[^/]+\.(sh|json)$)", name) and not name.endswith(".pyc")
    }
    code = {name for name in committed("app") | committed("model") if name.endswith(".py")}
    pages = committed("app/web/static") | committed("model/artifacts/figures")
    others = {"entrypoint.sh", "granian-log.json"}
    others |= {f"model/artifacts/{name}" for name in ("scorecard.json", "card.html")}
    assert own == code | pages | others


def test_dependencies_are_the_locked_ones(files: dict[str, bytes]) -> None:
    lock = Path(ROOT, "requirements", "image.txt").read_text(encoding="utf-8")
    locked = re.findall(r"^([\w.-]+)==([\w.]+)", lock, re.MULTILINE)
    found = {name for name in top_level(files) if name.endswith(".dist-info")}
    assert found == {f"{name.replace('-', '_')}-{version}.dist-info" for name, version in locked}
    for absent in ("numpy", "sklearn", "uvicorn", "pip", "tests", "training", "bin"):
        assert absent not in top_level(files)


def test_no_build_files_remain(files: dict[str, bytes]) -> None:
    left = [name for name in files if re.match(r"tmp/|root/\.cache/|.*/aws-lambda-rie", name)]
    assert left == []


def test_all_python_has_bytecode_that_file_dates_cannot_make_stale(files: dict[str, bytes]) -> None:
    library = r"usr/(local/)?lib/python3\.\d+/(?!site-packages|dist-packages|test/)"
    sources = [name for name in files if re.match(rf"({TASK}/|{library}).*\.py$", name)]
    assert len(sources) > 800
    for source in sources:
        path = PurePosixPath(source)
        bytecode = f"{path.parent}/__pycache__/{path.stem}.cpython-313.pyc"
        assert struct.unpack("<4xI8x", files[bytecode]) == (UNCHECKED_HASH,), source


def test_emulator_image_is_the_same_with_one_layer_more() -> None:
    service, emulator = (
        json.loads(docker("inspect", "-f", "{{json .RootFS.Layers}}", image))
        for image in (SERVICE, EMULATOR)
    )
    assert emulator[:-1] == service


def test_image_adds_little_to_its_base() -> None:
    size, base = (
        int(docker("inspect", "-f", "{{.Size}}", image)) for image in (SERVICE, "python:3.13-slim")
    )
    print(f"\nimage: {size / 1e6:.1f} MB, {(size - base) / 1e6:.1f} MB above its base")
    assert size - base < 75e6  # granian has 21, uvloop 16.
