"""The whole model on one page: five step functions, and what their sum means."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from scipy.special import expit

from model import Feature, Scorecard
from training.dataset import Dataset
from training.drawing import SHADE, Values, mirrored, page, shade, signed


def steps(scorecard: Scorecard, data: Dataset) -> str:
    """Return the whole model on one page, with the patients that it was fitted on.

    Args:
        scorecard: The model.
        data: The patients in ``train``; further columns are ignored.
    """
    seen = data.select([feature.column for feature in scorecard.features])

    def draw(figure: Figure) -> None:
        cells = _cells(figure, len(scorecard.features) + 1)
        for cell, feature, values in zip(cells, scorecard.features, seen.train.T, strict=False):
            _step_function(cell, feature, _limits(scorecard.features))
            mirrored(cell[1], values, seen.train_labels, _edges(feature))
        _sum(cells[-1], scorecard, seen)

    words = "The model: what each measurement adds to the log-odds, and what their sum means"
    return page("steps", words, (10, 7.8), draw)


def _cells(figure: Figure, count: int) -> list[tuple[Axes, Axes]]:
    """Return the places of the curves, each with that of its patients below it."""
    cells: list[tuple[Axes, Axes]] = []
    for number in range(count):
        left, bottom = 0.06 + number % 3 * 0.33, 0.69 - number // 3 * 0.5
        upper = figure.add_axes((left, bottom, 0.265, 0.28))
        first = cells[0][1] if cells else None
        lower = figure.add_axes((left, bottom - 0.11, 0.265, 0.1), sharex=upper, sharey=first)
        upper.tick_params(bottom=False, labelbottom=False)
        cells.append((upper, lower))
    return cells


def _limits(features: Sequence[Feature]) -> tuple[float, float]:
    points = [point for feature in features for point in feature.points]
    return min(points) - 0.4, max(points) + 0.4


def _skewed(feature: Feature) -> bool:
    return feature.maximum > 10 * feature.minimum > 0


def _edges(feature: Feature) -> Values:
    spaced = np.geomspace if _skewed(feature) else np.linspace
    return spaced(feature.minimum, feature.maximum, 31)


def _step_function(cell: tuple[Axes, Axes], feature: Feature, limits: tuple[float, float]) -> None:
    upper, lower = cell
    edges = (feature.minimum, *feature.thresholds, feature.maximum)
    upper.axhline(0, color="grey", lw=0.6)
    upper.stairs(feature.points, edges, baseline=None, color="black", lw=1.8)
    for step in feature.decreasing_steps():
        _mark_dip(upper, edges[step : step + 2], feature.points[step - 1 : step + 1])
    upper.set(title=feature.name, ylim=limits, ylabel="adds to the log-odds")
    unit = feature.description.partition("(")[2].partition(")")[0]
    lower.set_xlabel(f"{feature.column}\n({unit})")
    if _skewed(feature):  # Its long tail would squeeze the steps into a corner.
        lower.set_xscale("log")
        ticks = [tick for tick in (250, 500, 1000, 2000, 4000) if tick <= feature.maximum]
        lower.set_xticks(ticks, [str(tick) for tick in ticks])
        lower.set_xticks([], minor=True)


def _mark_dip(axes: Axes, sides: Sequence[float], points: Sequence[float]) -> None:
    axes.axvspan(*sides, facecolor=SHADE, edgecolor="silver", hatch="////", lw=0, zorder=0)
    below = (sum(sides) / 2, points[1] - 0.25)
    words = f"dips by\n{abs(points[1] - points[0]):.2f}"
    box = {"facecolor": "white", "edgecolor": "none", "pad": 2}
    axes.text(*below, words, ha="center", va="top", fontsize=8, bbox=box)


def _sum(cell: tuple[Axes, Axes], scorecard: Scorecard, data: Dataset) -> None:
    upper, lower = cell
    scores = np.array([scorecard.score(row) for row in data.train.tolist()])
    edges = np.arange(np.floor(scores.min()), np.ceil(scores.max()) + 0.5, 0.5)
    upper.plot(edges, expit(edges), color="black", lw=1.8)
    mirrored(lower, scores, data.train_labels, edges)
    for axes in cell:
        shade(axes, scorecard.band)
    upper.set(title=f"The sum of these and {signed(scorecard.intercept)}", ylim=(-0.03, 1.03))
    upper.set_ylabel("probability of malignancy")
    upper.legend(loc="lower right", fontsize=8)
    lower.set_xlabel("log-odds of malignancy\n(intercept and all five)")
