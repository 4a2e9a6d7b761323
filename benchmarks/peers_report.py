"""What the peers benchmark found, as a section of ``benchmarks/README.md`` and a plot."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

from benchmarks.contenders import HELLO, OURS, RAW, TUTORIAL
from benchmarks.plot import save
from benchmarks.throughput_results import (
    Results,
    Trial,
    figures,
    middle,
    rates,
    ratios,
    spread,
    trial,
)

PACKAGES = ("fastapi", "pydantic", "uvicorn", "uvloop", "httptools", "scikit-learn")
"""The packages on which our own figures depend; the peers' versions are in the results."""

_USUAL = 16  # connections
_OTHERS = (1, 64)
_FAULTS = ("refused", "broken", "late")
_HEADS = ("Server", "requests/s", "p50, ms", "p99, ms", "Memory, MB", "Errors", "Ours ÷ this")


def render(content: Mapping[str, Any]) -> str:
    """Return the section about ``content``, as it is in ``peers.json``."""
    results = content["results"]
    return _TEXT.format(
        **content["machine"],
        seconds=results["seconds"],
        rounds=results["rounds"],
        observations=results["observations"],
        usual=_table(results, _USUAL),
        others="\n".join(_table(results, number) for number in _OTHERS),
        findings="\n".join(_findings(results)),
        troubles=_troubles(results["troubles"]),
        peers=", ".join(results["versions"].values()),
    )


def draw(path: Path, results: Results) -> None:
    """Draw how many requests each server answered in a second of each round."""
    servers = sorted(results["trials"], key=_rate, reverse=True)
    figure = Figure(figsize=(8, 0.8 + 0.3 * len(servers)), layout="constrained")
    axes = figure.subplots()
    for row, each in enumerate(servers):
        found = rates(each, _USUAL)
        axes.plot(found, [row] * len(found), "|", color="black", markersize=12)
    axes.set_yticks(range(len(servers)), [each["name"] for each in servers])
    axes.set_ylim(len(servers) - 0.5, -0.5)
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter("{x:,.0f}")
    axes.set_xlabel(f"requests/s, {_USUAL} connections, one mark per round")
    save(figure, path)


def _rate(server: Trial) -> float:
    return middle(server, _USUAL, "requests_per_s")


def _table(results: Results, number: int) -> str:
    title = f"One worker, {number} connection{'s' * (number != 1)}"
    lines = [f"### {title}", "", f"| {' | '.join(_HEADS)} |"]
    lines.append("| --- |" + " ---: |" * (len(_HEADS) - 1))
    ours = trial(results, OURS.name)
    lines += [_line(each, ours, number) for each in results["trials"]]
    return "\n".join([*lines, ""])


def _line(each: Trial, ours: Trial, number: int) -> str:
    errors = sum(sum(figures(each, number, fault)) for fault in _FAULTS)
    cells = (
        each["name"],
        spread(figures(each, number, "requests_per_s")),
        f"{middle(each, number, 'p50_ms'):.2f}",
        f"{middle(each, number, 'p99_ms'):.1f}",
        f"{middle(each, number, 'resident_mb'):,.0f}",
        f"{errors:,}",
        spread(ratios(ours, each, number), ".2f"),
    )
    return f"| {' | '.join(cells)} |"


def _findings(results: Results) -> list[str]:
    """Return what is promised of our service, each as an item of a list."""
    ours = trial(results, OURS.name)
    told = [_beside(ours, trial(results, each.name)) for each in (HELLO, RAW)]
    if theirs := peers(results):
        told.append(_beside(ours, max(theirs, key=_rate), "the best peer, "))
        soonest = min(theirs, key=lambda each: middle(each, _USUAL, "p50_ms"))
        its, our = middle(soonest, _USUAL, "p50_ms"), middle(ours, _USUAL, "p99_ms")
        told.append(
            f"- In {our:.1f} ms ours has answered 99 of 100 requests; {soonest['name']}, the "
            f"soonest peer, takes {its:.1f} ms for half of them: {our / its:.2f} of that."
        )
    return told


def _beside(ours: Trial, other: Trial, what: str = "") -> str:
    times = spread(ratios(ours, other, _USUAL), ".2f")
    return f"- Ours answers {times} times as many requests as {what}{other['name']}."


def peers(results: Results) -> Sequence[Trial]:
    """Return the servers that aren't from this repository."""
    own = {each.name for each in (OURS, HELLO, RAW, TUTORIAL)}
    return [each for each in results["trials"] if each["name"] not in own]


def _troubles(troubles: Mapping[str, str]) -> str:
    if not troubles:
        return (
            "Every peer could be installed and started, and answered all that it was asked rightly."
        )
    return "\n".join(["Not measured:", "", *(f"- {reason}." for reason in troubles.values())])


_TEXT = """
## Beside the peers

The same scikit-learn estimator behind other servers, each in an environment of its own from a
file of pinned packages, with one worker, as its own documentation has a scikit-learn model
served. What differs is to their advantage: BentoML puts waiting requests together, and MLServer's
debug mode, which is on by default, is off. KServe's server for scikit-learn is on no registry,
so a few lines do the same with KServe. Those that log each request by default, as ours does, go on
doing so. *ours*, *FastAPI's hello-world*, *raw ASGI* and *tutorial* are as under Throughput.

The load is wrk's, {seconds} s for each figure after a warm-up; every server in turn, {rounds}
times, one alive at a time. Before and after each figure, every server that predicts is asked
about {observations} observations, known ones and others made by chance, and has to answer what
the estimator itself does. Medians, with the smallest and largest; `÷` within the same round.
Memory is the resident one of all processes of a server, after the load.

{usual}
{findings}

![Requests answered in a second](peers.svg)

{others}
{troubles}

Measured on {date} with `make bench-peers`. {machine}. {versions}. The peers: {peers}.
"""
