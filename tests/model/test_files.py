import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from model.files import atomic_write


@pytest.fixture(autouse=True)
def umask() -> Iterator[None]:
    before = os.umask(0o027)
    yield
    os.umask(before)


def permissions(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_writes_text_or_bytes(tmp_path: Path) -> None:
    with atomic_write(tmp_path / "text", encoding="utf-8", newline="") as file:
        file.write("ä\r\n")
    with atomic_write(tmp_path / "bytes", "wb") as file:
        file.write(b"\x00\n")
    written = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert written == {"text": "ä\r\n".encode(), "bytes": b"\x00\n"}


@pytest.mark.parametrize("existing", ["before", None])
def test_an_interrupted_write_changes_nothing(existing: str | None, tmp_path: Path) -> None:
    path = tmp_path / "file"
    if existing is not None:
        path.write_text(existing)
    with pytest.raises(KeyboardInterrupt), atomic_write(path) as file:  # noqa: PT012 one block
        file.write("half")
        file.flush()
        raise KeyboardInterrupt
    assert [entry.read_text() for entry in tmp_path.iterdir()] == ([existing] if existing else [])


def test_the_old_content_stays_until_the_block_ends(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("before")
    with atomic_write(path) as file:
        file.write("after")
        file.flush()
        assert path.read_text() == "before"
    assert path.read_text() == "after"


@pytest.mark.parametrize(
    ("existing", "expected"), [(None, 0o640), (0o600, 0o600), (0o666, 0o666), (0o444, 0o444)]
)
def test_the_temporary_file_has_the_permissions_of_the_target(
    existing: int | None, expected: int, tmp_path: Path
) -> None:
    path = tmp_path / "file"
    if existing is not None:
        path.touch()
        path.chmod(existing)
    with atomic_write(path):
        [temporary] = tmp_path.glob(".file.*.part")
        assert permissions(temporary) == expected
    assert permissions(path) == expected


def test_a_symbolic_link_is_kept(tmp_path: Path) -> None:
    target, link = tmp_path / "folder" / "target", tmp_path / "link"
    target.parent.mkdir()
    link.symlink_to(target)
    for text in ("new file", "replaced"):
        with atomic_write(link) as file:
            file.write(text)
        assert link.is_symlink()
        assert target.read_text() == text


def test_rejects_what_is_not_a_regular_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    for path in (tmp_path, tmp_path / "pipe", Path(os.devnull)):
        with pytest.raises(OSError, match="not a regular file"):
            atomic_write(path).__enter__()
    for path in (tmp_path / "loop", tmp_path / "nowhere" / "file"):
        with pytest.raises(OSError, match=r"loop|nowhere"):
            atomic_write(path).__enter__()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["loop", "pipe"]
