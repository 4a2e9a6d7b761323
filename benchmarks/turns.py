"""Measurements that take turns, so that a change in the machine's speed meets all alike."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Literal

from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter
from tqdm import tqdm

from benchmarks.plot import save

Turns = dict[str, list[float]]
"""By what was measured: its figure in each round."""


def take_turns(measure: Mapping[str, Callable[[], float]], rounds: int, words: str) -> Turns:
    """Call each function of ``measure`` once a round, and return what they returned.

    There is one round before these, to warm up.

    Args:
        measure: The functions by name, each of which measures once.
        rounds: How many figures there are to be of each.
        words: What the progress bar says is being done.
    """
    found: Turns = {name: [] for name in measure}
    for _ in tqdm(range(rounds + 1), desc=words):
        for name, figure in measure.items():
            found[name].append(round(figure(), 4))
    return {name: figures[1:] for name, figures in found.items()}


def spread(figures: Sequence[float], digits: int) -> str:
    """Return the median of ``figures``, and the smallest and largest in brackets."""
    smallest, largest = min(figures), max(figures)
    return f"{median(figures):,.{digits}f} ({smallest:,.{digits}f} to {largest:,.{digits}f})"


def ratio(turns: Mapping[str, Sequence[float]], name: str, other: str) -> float:
    """Return the median of ``name``, divided by that of ``other``."""
    return median(turns[name]) / median(turns[other])


def draw(path: Path, panels: Mapping[str, Turns], scale: Literal["linear", "log"]) -> None:
    """Draw every figure as a mark.

    Args:
        path: Where the SVG goes.
        panels: What is measured together, by what stands at its axis.
        scale: That of all axes.
    """
    figure = Figure(figsize=(8, 0.5 + 1.4 * len(panels)), layout="constrained")
    # On a scale of ratios, what belongs together is on the same one.
    all_axes = figure.subplots(len(panels), squeeze=False, sharex=scale == "log")[:, 0]
    for axes, (words, turns) in zip(all_axes, panels.items(), strict=True):
        for row, figures in enumerate(turns.values()):
            axes.plot(figures, [row] * len(figures), "|", color="black", markersize=12)
        axes.set_yticks(range(len(turns)), turns)
        axes.set_ylim(len(turns) - 0.5, -0.5)
        axes.set_xscale(scale)
        axes.set_xlim(left=0 if scale == "linear" else 1)
        axes.xaxis.set_major_formatter("{x:,g}")
        axes.xaxis.set_minor_formatter(NullFormatter())
        axes.tick_params(labelbottom=True)
        axes.set_xlabel(words)
    save(figure, path)
