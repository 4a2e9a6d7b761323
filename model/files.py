"""Atomic file replacement."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex
from stat import S_IMODE, S_ISREG
from typing import IO, Any, Literal


@contextmanager
def atomic_write(
    path: Path, mode: Literal["w", "wb"] = "w", **open_options: Any
) -> Iterator[IO[Any]]:
    """Yield a temporary file that replaces ``path`` when the block succeeds.

    Readers see either the old content or all of the new. If the block raises, the temporary
    file is removed and ``path`` is unchanged. A symbolic link is kept: its target is replaced.
    An existing file's permissions are kept; a new file gets the process's usual ones.

    Args:
        path: The file to write. Its folder must exist.
        mode: "w" for text or "wb" for bytes.
        open_options: Passed to ``open``: ``encoding``, ``newline`` and so on.

    Raises:
        OSError: ``path`` is not a regular file, or cannot be written.
    """
    permissions = _permissions(path)
    target = path.resolve()
    temporary = target.with_name(f".{target.name}.{token_hex(4)}.part")

    def create(name: str, flags: int) -> int:
        # Set the permissions at creation: a private file's text must never be readable by others.
        descriptor = os.open(name, flags, 0o666 if permissions is None else permissions)
        if permissions is not None:
            temporary.chmod(permissions)  # os.open applied the umask.
        return descriptor

    try:
        with open(temporary, mode.replace("w", "x"), opener=create, **open_options) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)


def _permissions(path: Path) -> int | None:
    """Return the permission bits of ``path``, or None if it does not exist."""
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return None
    if not S_ISREG(mode):
        raise OSError(errno.EINVAL, "not a regular file", str(path))
    return S_IMODE(mode)
