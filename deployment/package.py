"""Write the zip package for AWS Lambda: ``python -m deployment.package``.

It contains the handler, the model and their dependencies for Lambda's Linux, and can be built on
any machine. The same sources and locked requirements give the same bytes: entries are sorted, and
have neither a date nor an owner.
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from deployment.downloads import download_once, pip_download

ROOT = Path(__file__).parent.parent
REQUIREMENTS = ROOT / "requirements" / "function.txt"

SOURCES = (
    "app/**/*.py",
    "app/**/static/*",
    "model/**/*.py",
    "model/artifacts/scorecard.json",
    "model/artifacts/card.html",
    "model/artifacts/figures/*.svg",
)
"""The project's own files in the package."""

# The glibc versions up to that of Amazon Linux 2023, which Lambda's Python runtimes use.
_GLIBC = ("manylinux_2_34", "manylinux_2_28", "manylinux_2_17", "manylinux2014")
_MACHINES = {"x86_64": "x86_64", "arm64": "aarch64"}


@dataclass(frozen=True, slots=True)
class Target:
    """The Lambda architecture and Python version that a package is for."""

    architecture: str = "x86_64"
    python: str = "3.13"

    def pip_options(self) -> list[str]:
        """Return pip's options to select wheels for this target."""
        machine = _MACHINES[self.architecture]
        platforms = [f"--platform={glibc}_{machine}" for glibc in _GLIBC]
        python = ("--implementation=cp", f"--python-version={self.python}")
        return [*platforms, *python, "--only-binary=:all:"]


def build(path: Path, target: Target) -> int:
    """Write the package for ``target`` to ``path``; return its unzipped size in bytes."""
    files = {}
    for wheel in wheels(target).glob("*.whl"):
        with ZipFile(wheel) as archive:
            names = [name for name in archive.namelist() if not name.endswith(".dist-info/RECORD")]
            files.update({name: archive.read(name) for name in names})
    for pattern in SOURCES:
        for file in ROOT.glob(pattern):
            files[file.relative_to(ROOT).as_posix()] = file.read_bytes()
    with ZipFile(path, "w", ZIP_DEFLATED, compresslevel=9) as archive:
        for name, content in sorted(files.items()):
            entry = ZipInfo(name)  # Its date is 1980-01-01, the earliest of the format.
            entry.compress_type = ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content)
    return sum(map(len, files.values()))


def wheels(target: Target, cache: Path = Path(sys.prefix)) -> Path:
    """Return the folder with the wheels for ``target``; download them the first time.

    Args:
        target: The architecture and Python version.
        cache: The folder in which the downloads are kept.
    """
    lock = sha256(REQUIREMENTS.read_bytes()).hexdigest()[:16]
    folder = cache / f"wheels-{target.architecture}-{target.python}-{lock}"
    return download_once(folder, lambda new: pip_download(REQUIREMENTS, new, *target.pip_options()))


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="python -m deployment.package")
    parser.add_argument("--architecture", choices=_MACHINES, default="x86_64")
    parser.add_argument("--python", default="3.13", metavar="VERSION")
    parser.add_argument("--output", type=Path, default=Path("deployment-package.zip"))
    options = parser.parse_args(arguments)
    unzipped = build(options.output, Target(options.architecture, options.python))
    zipped = options.output.stat().st_size
    print(
        f"{options.output}: {zipped / 1e6:.1f} MB, {unzipped / 1e6:.1f} MB unzipped, "
        f"Python {options.python} on {options.architecture}"
    )


if __name__ == "__main__":
    main()
