"""What the model's benchmark found, as a section of ``benchmarks/README.md`` and a plot."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks import turns
from benchmarks.turns import ratio, spread

PACKAGES = ("scikit-learn", "numpy", "onnxruntime", "skl2onnx")
"""The packages on which these figures depend."""

_OURS = "ours"

_WORDS = {
    "uniform": "drawn from the training ranges",
    "beside thresholds": "on thresholds and their neighbours",
}


def render(content: Mapping[str, Any]) -> str:
    """Return the section about ``content``, as it is in ``model.json``."""
    results = content["results"]
    found = results["agreement"]
    rows = next(iter(found["uniform"].values()))["rows"]
    return _TEXT.format(
        **content["machine"],
        rows=f"{rows:,}",
        times="\n".join(_times(results, name) for name in results["one"]),
        agreement="\n".join(_agreement(kind, each) for kind, each in found.items()),
    )


def draw(path: Path, results: Mapping[str, Any]) -> None:
    """Draw every round's time per row, on scales that cover three orders of magnitude."""
    words = "microseconds per row, {}; one mark per round"
    panels = {
        words.format("one at a time"): results["one"],
        words.format("all at once"): results["many"],
    }
    turns.draw(path, panels, "log")


def _times(results: Mapping[str, Any], name: str) -> str:
    one, many = results["one"], results["many"]
    cells = (
        name,
        spread(one[name], 2),
        f"{ratio(one, name, _OURS):,.1f}",
        spread(many[name], 2),
        f"{ratio(many, name, _OURS):,.1f}",
    )
    return f"| {' | '.join(cells)} |"


def _agreement(kind: str, found: Mapping[str, Any]) -> str:
    cells = (f"{each['same']:,}, within {each['furthest']:.0e}" for each in found.values())
    return f"| {_WORDS[kind]} | {' | '.join(cells)} |"


_TEXT = """
## The model alone

The same ensemble three ways, in one process and on one thread: *ours* is the scorecard in
plain Python, which also works out probability and decision; *scikit-learn* is the estimator's
own `predict`; *ONNX Runtime* has it from skl2onnx in float32, as it doesn't load it in float64,
and is handed float32. Microseconds per row: medians, with the smallest and largest.

| | One row | ÷ ours | {rows} rows at once | ÷ ours |
| --- | ---: | ---: | ---: | ---: |
{times}

For *ours*, at once means a loop, and a good third of that is Python's garbage collector, which
looks through the verdicts as they grow in number; the other two take an array.

Of {rows} rows, so many got scikit-learn's own label, and its probability within:

| Rows | ours | ONNX Runtime |
| --- | ---: | ---: |
{agreement}

![Every round's time per row](model.svg)

Measured on {date} with `make bench-model`. {machine}. {versions}.
"""
