"""The figure of the whole model: five step functions and the probability of their sum."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from scipy.special import expit

from model import Feature, Scorecard
from training.dataset import Dataset
from training.drawing import (
    SHADE,
    Values,
    draw_histogram,
    draw_svg,
    format_log_odds,
    shade_band,
)


def draw_steps(scorecard: Scorecard, data: Dataset) -> str:
    """Return the figure of the whole model and its training patients.

    Args:
        scorecard: The model.
        data: Its training patients; further columns are ignored.
    """
    selected = data.select([feature.column for feature in scorecard.features])

    def draw(figure: Figure) -> None:
        panels = _add_panels(figure, len(scorecard.features) + 1)
        for panel, feature, values in zip(
            panels, scorecard.features, selected.train.T, strict=False
        ):
            _draw_feature(panel, feature, _limits(scorecard.features))
            draw_histogram(panel[1], values, selected.train_labels, _edges(feature))
        _draw_sum(panels[-1], scorecard, selected)

    title = "The model: log-odds added by each measurement, and the probability of their sum"
    return draw_svg(title, (10, 7.8), draw)


def _add_panels(figure: Figure, count: int) -> list[tuple[Axes, Axes]]:
    """Return pairs of axes, for a curve and for the histogram below it."""
    panels: list[tuple[Axes, Axes]] = []
    for number in range(count):
        left, bottom = 0.06 + number % 3 * 0.33, 0.69 - number // 3 * 0.5
        upper = figure.add_axes((left, bottom, 0.265, 0.28))
        first = panels[0][1] if panels else None
        lower = figure.add_axes((left, bottom - 0.11, 0.265, 0.1), sharex=upper, sharey=first)
        upper.tick_params(bottom=False, labelbottom=False)
        panels.append((upper, lower))
    return panels


def _limits(features: Sequence[Feature]) -> tuple[float, float]:
    points = [point for feature in features for point in feature.points]
    return min(points) - 0.4, max(points) + 0.4


def _is_skewed(feature: Feature) -> bool:
    return feature.maximum > 10 * feature.minimum > 0


def _edges(feature: Feature) -> Values:
    spaced = np.geomspace if _is_skewed(feature) else np.linspace
    return spaced(feature.minimum, feature.maximum, 31)


def _draw_feature(panel: tuple[Axes, Axes], feature: Feature, limits: tuple[float, float]) -> None:
    upper, lower = panel
    edges = (feature.minimum, *feature.thresholds, feature.maximum)
    upper.axhline(0, color="grey", lw=0.6)
    upper.stairs(feature.points, edges, baseline=None, color="black", lw=1.8)
    for step in feature.decreasing_steps():
        _mark_dip(upper, edges[step : step + 2], feature.points[step - 1 : step + 1])
    upper.set(title=feature.name, ylim=limits, ylabel="adds to the log-odds")
    unit = feature.description.partition("(")[2].partition(")")[0]
    lower.set_xlabel(f"{feature.column}\n({unit})")
    if _is_skewed(feature):  # The long tail would compress the steps.
        lower.set_xscale("log")
        ticks = [tick for tick in (250, 500, 1000, 2000, 4000) if tick <= feature.maximum]
        lower.set_xticks(ticks, [str(tick) for tick in ticks])
        lower.set_xticks([], minor=True)


def _mark_dip(axes: Axes, sides: Sequence[float], points: Sequence[float]) -> None:
    axes.axvspan(*sides, facecolor=SHADE, edgecolor="silver", hatch="////", lw=0, zorder=0)
    below = (sum(sides) / 2, points[1] - 0.25)
    label = f"dips by\n{abs(points[1] - points[0]):.2f}"
    box = {"facecolor": "white", "edgecolor": "none", "pad": 2}
    axes.text(*below, label, ha="center", va="top", fontsize=8, bbox=box)


def _draw_sum(panel: tuple[Axes, Axes], scorecard: Scorecard, data: Dataset) -> None:
    upper, lower = panel
    scores = np.array([scorecard.score(row) for row in data.train.tolist()])
    edges = np.arange(np.floor(scores.min()), np.ceil(scores.max()) + 0.5, 0.5)
    upper.plot(edges, expit(edges), color="black", lw=1.8)
    draw_histogram(lower, scores, data.train_labels, edges)
    for axes in panel:
        shade_band(axes, scorecard.band)
    title = f"The sum of these and {format_log_odds(scorecard.intercept)}"
    upper.set(title=title, ylim=(-0.03, 1.03), ylabel="probability of malignancy")
    upper.legend(loc="lower right", fontsize=8)
    lower.set_xlabel("log-odds of malignancy\n(intercept and all five)")
