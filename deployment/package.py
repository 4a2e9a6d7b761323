"""Write the zip that Lambda runs: ``python -m deployment.package``.

The handler, the model and their dependencies for Lambda's Linux, from any host. The same
sources and locks give the same bytes: entries are sorted, and carry neither a time nor an
owner. Wheels are fetched once and kept in the virtual environment.
"""

import argparse
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

ROOT = Path(__file__).parent.parent
REQUIREMENTS = ROOT / "requirements" / "function.txt"

SOURCES = (
    *("app/*.py", "app/static/*"),
    *(
        "model/*.py",
        "model/artifacts/scorecard.json",
        "model/artifacts/card.html",
        "model/artifacts/figures/*.svg",
    ),
)
"""What of this project goes in."""

# glibc versions up to that of Amazon Linux 2023, on which Lambda's Python runtimes are.
_GLIBC = ("manylinux_2_34", "manylinux_2_28", "manylinux_2_17", "manylinux2014")
_MACHINES = {"x86_64": "x86_64", "arm64": "aarch64"}

# pip's notes on its own installation, and scripts that name this machine's interpreter.
_LEFT_OUT = ("bin/*", "*.dist-info/RECORD", "*.dist-info/INSTALLER", "*.dist-info/REQUESTED")


@dataclass(frozen=True, slots=True)
class Target:
    """What a package is for: a Lambda architecture and a Python version such as 3.13."""

    architecture: str = "x86_64"
    python: str = "3.13"

    def options(self) -> list[str]:
        """Return pip's options for it, wherever pip itself runs."""
        machine = _MACHINES[self.architecture]
        platforms = [f"--platform={glibc}_{machine}" for glibc in _GLIBC]
        return [*platforms, "--implementation=cp", f"--python-version={self.python}"]


def build(path: Path, target: Target) -> int:
    """Write the package for ``target`` to ``path``; return its unzipped size in bytes."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        fetched = (f"--find-links={wheels(target)}", "--no-index")
        _pip("install", f"--target={folder}", "--no-compile", *fetched, target=target)
        unwanted = {file for pattern in _LEFT_OUT for file in folder.glob(pattern)}
        files = {
            str(file.relative_to(folder)): file
            for file in folder.rglob("*")
            if file.is_file() and file not in unwanted
        }
        files |= {str(file.relative_to(ROOT)): file for file in _sources()}
        return _write(path, files)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="python -m deployment.package")
    parser.add_argument("--architecture", choices=_MACHINES, default="x86_64")
    parser.add_argument("--python", default="3.13", metavar="VERSION")
    parser.add_argument("--output", type=Path, default=Path("deployment-package.zip"))
    options = parser.parse_args(arguments)
    size = build(options.output, Target(options.architecture, options.python))
    zipped = options.output.stat().st_size
    print(
        f"{options.output}: {zipped / 1e6:.1f} MB, {size / 1e6:.1f} MB unzipped, "
        f"Python {options.python} on {options.architecture}"
    )


def wheels(target: Target, cache: Path = Path(sys.prefix)) -> Path:
    """Return the folder of the wheels for ``target``, fetched into ``cache`` the first time."""
    lock = sha256(REQUIREMENTS.read_bytes()).hexdigest()[:16]
    kept = cache / f"wheels-{target.architecture}-{target.python}-{lock}"
    if not kept.exists():
        with TemporaryDirectory(dir=cache) as folder:
            fetched = Path(folder, "wheels")
            _pip("download", f"--dest={fetched}", target=target)
            fetched.rename(kept)
    return kept


def _pip(verb: str, *options: str, target: Target) -> None:
    subprocess.run(
        [
            *(sys.executable, "-m", "pip", verb, "--quiet", "--disable-pip-version-check"),
            *("--no-deps", "--require-hashes", "--only-binary=:all:", f"-r{REQUIREMENTS}"),
            *(*target.options(), *options),
        ],
        check=True,
    )


def _sources() -> Iterator[Path]:
    return (file for pattern in SOURCES for file in ROOT.glob(pattern))


def _write(path: Path, files: dict[str, Path]) -> int:
    size = 0
    with ZipFile(path, "w", ZIP_DEFLATED, compresslevel=9) as archive:
        for name, file in sorted(files.items()):
            entry = ZipInfo(name)  # Dated 1980, the earliest that a zip can state.
            entry.compress_type = ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            content = file.read_bytes()
            archive.writestr(entry, content)
            size += len(content)
    return size


if __name__ == "__main__":
    main()
