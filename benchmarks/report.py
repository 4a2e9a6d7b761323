"""``benchmarks/README.md``, put together from the JSON that each benchmark leaves.

A benchmark called ``name`` has a module of its own that turns its results into a section and
into plots. Its results are in ``name.json``; without that file the section is left out.
"""

import json
import os
import platform
import time
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any, Protocol

from benchmarks import (
    cold_start_report,
    lambda_warm_report,
    model_report,
    peers_report,
    reliability_report,
    throughput_report,
)


class Section(Protocol):
    """What a benchmark's report module has."""

    @property
    def PACKAGES(self) -> Sequence[str]:  # noqa: N802
        """The packages on which its figures depend."""

    def render(self, content: Mapping[str, Any]) -> str:
        """Return the section about ``content``, as it is in the JSON file."""

    def draw(self, path: Path, results: Mapping[str, Any]) -> None:
        """Draw ``results`` into ``path``, and further plots beside it if there are any."""


SECTIONS: Mapping[str, Section] = {
    "throughput": throughput_report,
    "peers": peers_report,
    "model": model_report,
    "cold_start": cold_start_report,
    "lambda_warm": lambda_warm_report,
    "reliability": reliability_report,
}
"""By the name of its files: each section of the report, in order."""


def write(folder: Path, name: str, results: Mapping[str, Any]) -> str:
    """Write what the benchmark ``name`` found as JSON, as plots and into ``README.md``.

    Args:
        folder: Where they go.
        name: One of `SECTIONS`.
        results: What it found, which JSON can hold.

    Returns:
        The section that ``README.md`` now has about it.
    """
    section = SECTIONS[name]
    text = json.dumps({"machine": machine(section.PACKAGES), "results": results}, indent=1)
    (folder / f"{name}.json").write_text(text + "\n", encoding="utf-8")
    # Read back: what is drawn and told is what the file says, where every key is a string.
    content = json.loads(text)
    section.draw(folder / f"{name}.svg", content["results"])
    (folder / "README.md").write_text(readme(folder), encoding="utf-8")
    return section.render(content)


def machine(packages: Sequence[str]) -> dict[str, str]:
    """Return when, on what and with which versions of ``packages`` this ran."""
    versions = ", ".join(f"{name} {version(name)}" for name in packages)
    return {
        "date": time.strftime("%Y-%m-%d", time.gmtime()),
        "machine": f"{os.cpu_count()} processors, {platform.machine()}, {platform.system()}",
        "versions": f"Python {platform.python_version()}, {versions}",
    }


def readme(folder: Path) -> str:
    """Return the text of ``README.md``: a section for each benchmark whose figures are there."""
    files = {folder / f"{name}.json": section for name, section in SECTIONS.items()}
    found = (
        section.render(json.loads(path.read_text(encoding="utf-8")))
        for path, section in files.items()
        if path.exists()
    )
    return "".join([_HEAD, *found])


_HEAD = """# Benchmarks

Only the ratios travel between machines: each table was measured in one run, the functions
taking turns.
"""
