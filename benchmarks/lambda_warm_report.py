"""What warm invocations took, as a section of ``benchmarks/README.md`` and a plot."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks import turns
from benchmarks.turns import ratio, spread

PACKAGES = ("fastapi", "mangum", "pydantic", "scikit-learn", "awslambdaric")
"""The packages on which these figures depend."""

_OURS = "ours"


def render(content: Mapping[str, Any]) -> str:
    """Return the section about ``content``, as it is in ``lambda_warm.json``."""
    called, through = content["results"]["in process"], content["results"]["emulator"]
    return _TEXT.format(
        **content["machine"],
        called="\n".join(_row(called, name, 1) for name in called),
        through="\n".join(_row(through, name, 2) for name in through),
    )


def draw(path: Path, results: Mapping[str, Any]) -> None:
    """Draw every round's time per invocation."""
    panels = {
        "microseconds per direct call; one mark per round": results["in process"],
        "milliseconds per invocation through the emulator": results["emulator"],
    }
    turns.draw(path, panels, "linear")


def _row(found: Mapping[str, Any], name: str, digits: int) -> str:
    return f"| {name} | {spread(found[name], digits)} | {ratio(found, _OURS, name):.2f} |"


_TEXT = """
## Warm invocations

A function that has started answers the same Function URL event again and again, one at a time.
The functions are those of the cold starts, each in a process of its own. *Ours* checks the
observation, predicts, and looks for what is unusual; *with its log line* it also writes that
as Lambda has it. *Mangum alone* answers at once, which is the least that an application behind
Mangum takes; *empty FastAPI* answers that there is nothing at this path. Medians of rounds,
with the smallest and largest.

| Called directly | One invocation, µs | Ours ÷ this |
| --- | ---: | ---: |
{called}

Through AWS's emulator most is the emulator's own, as the function shows that does nothing:

| Through the emulator | One invocation, ms | Ours ÷ this |
| --- | ---: | ---: |
{through}

![Every round's time per invocation](lambda_warm.svg)

Measured on {date} with `make bench-warm`. {machine}. {versions}.
"""
