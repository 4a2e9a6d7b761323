"""What the cold-start benchmark found, as a section of ``benchmarks/README.md`` and a plot."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from matplotlib.figure import Figure

from benchmarks.plot import save

Starts = Mapping[str, Sequence[Mapping[str, float]]]
"""By function: what each of its starts took."""

REFERENCE = "ours"

PACKAGES = ("fastapi", "mangum", "pydantic", "scikit-learn", "awslambdaric")
"""The packages on which these figures depend."""

_COLUMNS = {
    "init_ms": "Initialisation, ms",
    "answer_ms": "First answer, ms",
    "memory_mb": "Peak memory, MB",
}


def render(content: Mapping[str, Any]) -> str:
    """Return the section about ``content``, as it is in ``cold_start.json``."""
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
