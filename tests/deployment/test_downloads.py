from pathlib import Path

import pytest

from deployment.downloads import download_once


def test_downloads_into_a_new_folder_once(tmp_path: Path) -> None:
    folder = tmp_path / "kept"

    def download(temporary: Path) -> None:
        (temporary / "file").write_text("downloaded")

    def fail(_: Path) -> None:
        raise AssertionError("downloaded twice")  # pragma: no cover

    assert download_once(folder, download) == download_once(folder, fail) == folder
    assert (folder / "file").read_text() == "downloaded"
    assert [*tmp_path.iterdir()] == [folder]


def test_keeps_the_folder_of_a_faster_process(tmp_path: Path) -> None:
    folder = tmp_path / "kept"

    def download(_: Path) -> None:
        folder.mkdir()
        (folder / "file").write_text("of the other process")

    download_once(folder, download)
    assert (folder / "file").read_text() == "of the other process"


def test_failure_leaves_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "kept"

    def remove(temporary: Path) -> None:
        temporary.rmdir()

    with pytest.raises(FileNotFoundError):
        download_once(folder, remove)
    assert not [*tmp_path.iterdir()]
