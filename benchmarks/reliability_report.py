"""What the reliability benchmark found, as a section of ``benchmarks/README.md`` and a plot."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

from benchmarks.plot import save

PACKAGES = ("fastapi", "pydantic", "uvicorn", "h11")
"""The packages on which these figures depend."""


def render(content: Mapping[str, Any]) -> str:
    """Return the section about ``content``, as it is in ``reliability.json``."""
    results = content["results"]
    return _TEXT.format(
        **content["machine"],
        endured=_endured(results["endured"]),
        overloaded=_overloaded(results["overloaded"]),
        stopped=_stopped(results["stopped"]),
        killed=_killed(results["killed"]),
    )


def draw(path: Path, results: Mapping[str, Any]) -> None:
    """Draw resident bytes over requests."""
    memory = results["endured"]["memory"]
    figure = Figure(figsize=(8, 2.6), layout="constrained")
    axes = figure.subplots()
    axes.plot([sent for sent, _ in memory], [held / 1e6 for _, held in memory], color="black")
    axes.set_xlim(left=0)
    axes.set_ylim(bottom=0)
    axes.xaxis.set_major_formatter("{x:,.0f}")
    axes.set_xlabel("requests answered by one worker")
    axes.set_ylabel("resident memory, MB")
    save(figure, path)


def _endured(found: Mapping[str, Any]) -> str:
    answers, share = found["answers"], found["processor"]
    memory = [held / 1e6 for _, held in found["memory"]]
    total = sum(answers.values())
    each = ", ".join(f"{times:,} {kind}" for kind, times in answers.items())
    return (
        f"| {total:,} requests to one worker | {each}; {_faults(found)} |\n"
        f"| Its memory meanwhile | {memory[0]:.1f} MB at first, {memory[len(memory) // 5]:.1f} MB "
        f"after a fifth of them, {memory[-1]:.1f} MB at last; since that fifth "
        f"{found['slope']:+,.0f} bytes per 1,000 requests |\n"
        f"| Its pace | {total / found['seconds']:,.0f} a second; the worker used "
        f"{share['worker']:.0%} of a processor, what sent and checked {share['generator']:.0%} |"
    )


def _overloaded(found: Mapping[str, Any]) -> str:
    served, refused = (found["answers"].get(f"good {status}", 0) for status in (200, 503))
    taken = found["connections"]
    return (
        f"| {4 * taken} connections to a worker that takes {taken} | "
        f"{served:,} answered, {refused:,} refused with 503; {_faults(found)} |"
    )


def _stopped(found: Mapping[str, Any]) -> str:
    answered = sum(found["answers"].values())
    return (
        f"| SIGTERM under load, {found['times']} times | {found['accepted']:,} requests accepted, "
        f"{answered:,} answered; ended within {found['seconds']:.1f} s |"
    )


def _killed(found: Mapping[str, Any]) -> str:
    answered = sum(found["answers"].values())
    return (
        f"| `kill -9` of one of two workers, {found['clients']} connections | "
        f"{answered:,} answered, {found['lost']} cut off with the worker; no answer for "
        f"{found['longest_gap']:.2f} s at most; two workers again after "
        f"{found['replaced_after']:.1f} s |"
    )


def _faults(found: Mapping[str, Any]) -> str:
    return f"{found['wrong']} wrong, {found['lost']} lost"


_TEXT = """
## Reliability

Each answer was checked. *good* and *bad* are observations and what isn't one; *oversized* is
a body over the limit, declared or not. A request counts as accepted when the service sends
`100 Continue`.

| What was done | What came of it |
| --- | --- |
{endured}
{overloaded}
{stopped}
{killed}

![The worker's memory over its requests](reliability.svg)

Measured on {date} with `make bench-reliability`. {machine}. {versions}.
"""
