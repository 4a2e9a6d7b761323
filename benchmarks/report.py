"""What the benchmarks found, as JSON, in ``benchmarks/README.md`` and as plots."""

import json
import os
import platform
import time
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

from matplotlib.figure import Figure

from benchmarks import reliability_report
from benchmarks.plot import save

Starts = Mapping[str, Sequence[Mapping[str, float]]]
"""By function: what each of its starts took."""

REFERENCE = "ours"

_PACKAGES = ("fastapi", "mangum", "pydantic", "scikit-learn", "awslambdaric")

_COLUMNS = {
    "init_ms": "Initialisation, ms",
    "answer_ms": "First answer, ms",
    "memory_mb": "Peak memory, MB",
}


def write_report(folder: Path, results: Mapping[str, Starts]) -> None:
    """Write ``cold_start.json``, ``cold_start.svg`` and ``README.md`` into ``folder``.

    Args:
        folder: Where they go.
        results: By processor share, such as "full speed": the starts of each function.
    """
    _write(folder / "cold_start.json", machine(_PACKAGES), results)
    draw(folder / "cold_start.svg", results)


def write_reliability(folder: Path, results: Mapping[str, Any]) -> str:
    """Write ``reliability.json``, ``reliability.svg`` and ``README.md`` into ``folder``.

    Args:
        folder: Where they go.
        results: By what was done to the service: what came of it.

    Returns:
        The section that ``README.md`` now has about it.
    """
    content = _write(folder / "reliability.json", machine(reliability_report.PACKAGES), results)
    reliability_report.draw(folder / "reliability.svg", results["endured"]["memory"])
    return reliability_report.render(content)


def _write(path: Path, where: Mapping[str, str], results: Mapping[str, Any]) -> dict[str, Any]:
    content = {"machine": where, "results": results}
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    (path.parent / "README.md").write_text(readme(path.parent), encoding="utf-8")
    return content


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
    renderers = {"cold_start": render, "reliability": reliability_report.render}
    files = {folder / f"{name}.json": render for name, render in renderers.items()}
    found = (
        render(json.loads(path.read_text())) for path, render in files.items() if path.exists()
    )
    return "".join([_HEAD, *found])


def render(content: Mapping[str, Any]) -> str:
    """Return the section about cold starts."""
    where = content["machine"]
    tables = (_table(share, starts) for share, starts in content["results"].items())
    return _TEXT.format(**where, tables="\n".join(tables))


def draw(path: Path, results: Mapping[str, Starts]) -> None:
    """Draw every start's time to its first answer, by processor share and function."""
    figure = Figure(figsize=(8, 1.2 + 1.4 * len(results)), layout="constrained")
    all_axes = figure.subplots(len(results), squeeze=False)[:, 0]
    for axes, (share, starts) in zip(all_axes, results.items(), strict=True):
        for row, each in enumerate(starts.values()):
            seconds = [start["answer_ms"] / 1000 for start in each]
            axes.plot(seconds, [row] * len(seconds), "|", color="black", markersize=12)
        axes.set_yticks(range(len(starts)), starts)
        axes.set_ylim(len(starts) - 0.5, -0.5)
        axes.set_xlim(left=0)
        axes.set_title(share, loc="left", fontsize="medium")
    all_axes[-1].set_xlabel("seconds to the first answer, one mark per cold start")
    save(figure, path)


def _table(share: str, starts: Starts) -> str:
    heads = [*_COLUMNS.values(), "Initialisation, ours ÷ this"]
    lines = [f"### {share[0].upper()}{share[1:]}", "", f"| Function | {' | '.join(heads)} |"]
    lines.append("| --- |" + " ---: |" * len(heads))
    ours = _median(starts[REFERENCE], "init_ms")
    for name, each in starts.items():
        cells = [_spread(each, column) for column in _COLUMNS]
        cells.append(f"{ours / _median(each, 'init_ms'):.2f}")
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join([*lines, ""])


def _median(starts: Sequence[Mapping[str, float]], column: str) -> float:
    return median(start[column] for start in starts)


def _spread(starts: Sequence[Mapping[str, float]], column: str) -> str:
    found = [start[column] for start in starts]
    return f"{median(found):,.0f} ({min(found):,.0f} to {max(found):,.0f})"


_HEAD = """# Benchmarks

Only the ratios travel between machines: each table was measured in one run, the functions
taking turns.
"""

_TEXT = """
## Cold start

Under AWS's own emulator and runtime client: *ours* is `python -m app`; *empty FastAPI* is
FastAPI and Mangum with no route at all; *classic* unpickles the scikit-learn estimator and
calls `predict`; *nothing* does just that. Medians, with the smallest and largest.

{tables}
![Every start's time to its first answer](cold_start.svg)

Measured on {date} with `make bench-cold`. {machine}. {versions}.
The shares of a processor are a container's, with Python 3.13.

### What made it quick

The model is not a pickle: no scikit-learn, no numpy, nothing to build. What is left is
FastAPI's own import. Four things were found by looking at what is imported and when
(`python -X importtime -c "import app.lambda_handler"`):

- FastAPI imports `pydantic.v1` with the first route, to check that no route uses a model of
  it: 20 ms of 340. `app/main.py` tells it that there is none.
- The garbage collector runs dozens of times during the imports and finds nothing: 40 ms.
  `app/lambda_handler.py` turns it off until they are done.
- FastAPI builds some forty models of the OpenAPI document on import, which only
  `/openapi.json` needs: 20 ms. `app/lambda_handler.py` has them built on first use. With that,
  the whole service starts as fast as an empty FastAPI application.
- Bytecode must be in the image: on Lambda's read-only file system a missing `.pyc` is
  compiled again on every cold start.
"""
