"""Downloads that are kept in a folder."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory


def download_once(folder: Path, download: Callable[[Path], None]) -> Path:
    """Return ``folder``; create it with ``download`` if it does not exist.

    The folder is complete or absent, also if this is interrupted or runs twice at once.

    Args:
        folder: The folder to create.
        download: A function that fills the temporary folder it is given.
    """
    if not folder.exists():
        with TemporaryDirectory(dir=folder.parent) as parent:
            temporary = Path(parent, "download")
            temporary.mkdir()
            download(temporary)
            try:
                temporary.rename(folder)
            except OSError:
                if not folder.exists():  # Otherwise another process was faster.
                    raise
    return folder


def pip_download(requirements: Path, folder: Path, *options: str) -> None:
    """Download exactly the files that ``requirements`` pins by hash."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    pinned = ["--no-deps", "--require-hashes", f"--requirement={requirements}"]
    subprocess.run([*command, *pinned, f"--dest={folder}", *options], check=True)
