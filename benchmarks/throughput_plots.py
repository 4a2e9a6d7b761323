"""The plots of the throughput benchmark."""

from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmarks.plot import save
from benchmarks.throughput_results import (
    HELLO,
    OURS,
    Results,
    batches,
    connections,
    middle,
    rates,
    trial,
    trials,
)

_STYLES = {OURS: "o-", HELLO: "s--"}


def draw_rates(path: Path, results: Results, number: int) -> None:
    """Draw how many observations a second each server answered, a mark for each round."""
    shown = trials(results, 1, number)
    figure = Figure(figsize=(8, 0.8 + 0.3 * len(shown)), layout="constrained")
    axes = figure.subplots()
    for row, each in enumerate(shown):
        found = rates(each, number)
        axes.plot(found, [row] * len(found), "|", color="black", markersize=12)
    axes.set_yticks(range(len(shown)), [each["name"] for each in shown])
    axes.set_ylim(len(shown) - 0.5, -0.5)
    axes.set_xscale("log")
    axes.grid(axis="x", color="0.85")
    axes.xaxis.set_major_formatter("{x:,.0f}")
    axes.set_xlabel(f"observations a second over {number} connections, one mark per round")
    save(figure, path)


def draw_growth(path: Path, results: Results) -> None:
    """Draw what grows with workers, with connections and with rows."""
    figure = Figure(figsize=(10, 3.2), layout="constrained")
    workers, callers, rows = figure.subplots(1, 3)
    for name, style in _STYLES.items():
        _draw_workers(workers, results, name, style)
        _draw_connections(callers, results, name, style)
    found = batches(results)
    rows.loglog(list(found), list(found.values()), _STYLES[OURS], color="black")
    rows.set_xlabel("rows of a batch")
    rows.set_ylabel("ms until all are answered")
    workers.set_ylim(bottom=0)
    callers.xaxis.set_major_formatter("{x:g}")
    for axes in (callers, rows):
        axes.yaxis.set_major_formatter("{x:g}")
    workers.legend(fontsize="small", loc="lower right")
    lines, labels = callers.get_legend_handles_labels()
    figure.legend(lines, labels, loc="outside upper center", ncols=4, fontsize="small")
    save(figure, path)


def _draw_workers(axes: Axes, results: Results, name: str, style: str) -> None:
    numbers = (1, 2)
    answers = [middle(trial(results, name, each), 16, "requests_per_s") for each in numbers]
    axes.plot(numbers, answers, style, color="black", label=name)
    axes.set_xticks(numbers)
    axes.yaxis.set_major_formatter("{x:,.0f}")
    axes.set_xlabel("workers")
    axes.set_ylabel("requests/s over 16 connections")


def _draw_connections(axes: Axes, results: Results, name: str, style: str) -> None:
    found = trial(results, name)
    numbers = connections(found)
    for column, colour in (("p50_ms", "black"), ("p99_ms", "0.6")):
        times = [middle(found, each, column) for each in numbers]
        label = f"{name}, {column.removesuffix('_ms')}"
        axes.loglog(numbers, times, style, color=colour, label=label)
    axes.set_xlabel("connections")
    axes.set_ylabel("latency, ms")
