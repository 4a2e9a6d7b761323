"""The figures of the model card, as SVG."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from scipy.special import logit
from sklearn.metrics import roc_auc_score, roc_curve

from model import Band, Scorecard
from training.baselines import PROCEDURE, SCORECARD
from training.dataset import Dataset
from training.drawing import (
    SHADE,
    calibration_bins,
    draw_histogram,
    draw_svg,
    label_with_probabilities,
    scale_by_square_root,
    shade_band,
)
from training.evaluation import OutOfFold
from training.metrics import confusion
from training.steps import draw_steps


@dataclass(frozen=True, slots=True)
class Curve:
    """Label and style of a model's curve."""

    label: str
    line: str
    marker: str
    fill: str


CURVES = {
    SCORECARD: Curve("the served model", "-", "o", "black"),
    PROCEDURE: Curve("the whole procedure", "--", "s", "white"),
    "logisticFive": Curve("logistic regression, same five features", ":", "^", "silver"),
}
"""The models in the figures."""

EDGES = (0.0, 0.05, 0.2, 0.4, 0.6, 0.8, 0.95, 1.0)
"""Limits of the calibration bins. Most patients are near 0 or 1."""


def draw_figures(scorecard: Scorecard, data: Dataset, predictions: OutOfFold) -> dict[str, str]:
    """Return the SVG of each figure by file name.

    Args:
        scorecard: The model.
        data: Its training patients; further columns are ignored.
        predictions: Out-of-fold predictions.
    """
    return {
        "steps.svg": draw_steps(scorecard, data),
        "roc.svg": draw_roc(predictions),
        "calibration.svg": draw_calibration(predictions),
        "distribution.svg": draw_distribution(predictions, scorecard.band),
    }


def draw_roc(predictions: OutOfFold) -> str:
    """Return the figure of the ROC curves, with the operating points at 0.5."""

    def draw(figure: Figure) -> None:
        whole = figure.add_axes((0.075, 0.13, 0.37, 0.78))
        corner = figure.add_axes((0.555, 0.13, 0.43, 0.78))
        for name in CURVES:
            _draw_roc_curve((whole, corner), predictions, name)
        whole.plot((0, 1), (0, 1), color="grey", lw=0.8)
        whole.text(0.55, 0.5, "chance", color="dimgrey", rotation=45)
        whole.add_patch(Rectangle((0, 0.8), 0.25, 0.2, facecolor=SHADE, edgecolor="grey", zorder=0))
        whole.set(title="ROC curves, out of fold", xlim=(-0.02, 1), ylim=(0, 1.02))
        corner.set(title="Their corner", xlim=(-0.005, 0.25), ylim=(0.8, 1.004))
        corner.legend(loc="lower right", handlelength=3.5, labelspacing=1)
        for axes in (whole, corner):
            axes.set(xlabel="1 \N{MINUS SIGN} specificity", ylabel="sensitivity")

    return draw_svg("ROC curves of the compared models, out of fold", (9, 4.3), draw)


def _draw_roc_curve(panels: Sequence[Axes], predictions: OutOfFold, name: str) -> None:
    curve, labels, probabilities = CURVES[name], predictions.labels, predictions.models[name]
    false_positive, true_positive, _ = roc_curve(labels, probabilities)
    counts = confusion(labels, probabilities)
    at = counts["falseAlarms"] / (labels == 0).sum(), counts["malignant"] / labels.sum()
    label = (
        f"{curve.label}\nAUC {roc_auc_score(labels, probabilities):.3f}; at 0.5: "
        f"{counts['missed']} missed, {counts['falseAlarms']} false alarms"
    )
    for axes in panels:
        axes.plot(false_positive, true_positive, color="black", ls=curve.line, lw=1.4)
    panels[-1].plot(
        *at,
        color="black",
        ls=curve.line,
        marker=curve.marker,
        mfc=curve.fill,
        label=label,
        zorder=3,
    )


def draw_calibration(predictions: OutOfFold) -> str:
    """Return the figure of the share of malignant tumours by predicted probability."""

    def draw(figure: Figure) -> None:
        upper = figure.add_axes((0.11, 0.35, 0.87, 0.62))
        lower = figure.add_axes((0.11, 0.09, 0.87, 0.22), sharex=upper)
        upper.plot((0, 1), (0, 1), color="grey", lw=0.8)
        upper.text(0.44, 0.46, "ideal", color="dimgrey", rotation=45)
        for name in (SCORECARD, PROCEDURE):
            _draw_shares(upper, predictions, name)
        upper.set(xlim=(-0.03, 1.03), ylim=(-0.03, 1.03), ylabel="share that is malignant")
        upper.tick_params(labelbottom=False)
        upper.legend(loc="upper left")
        served = predictions.models[SCORECARD]
        draw_histogram(lower, served, predictions.labels, np.linspace(0, 1, 21))
        scale_by_square_root(lower)
        lower.set_xlabel("predicted probability of malignancy, out of fold")

    title = "Calibration: the share of malignant tumours by predicted probability"
    return draw_svg(title, (6.6, 6.2), draw)


def _draw_shares(axes: Axes, predictions: OutOfFold, name: str) -> None:
    curve = CURVES[name]
    bins = calibration_bins(predictions.labels, predictions.models[name], EDGES)
    container = axes.errorbar(
        [each.predicted for each in bins],
        [each.share for each in bins],
        [[each.share - each.low for each in bins], [each.high - each.share for each in bins]],
        fmt=curve.marker,
        color="black",
        mfc=curve.fill,
        elinewidth=0.9,
        capsize=3,
        label=curve.label,
    )
    _, _, (bars,) = container
    bars.set_linestyle(curve.line)


def draw_distribution(predictions: OutOfFold, band: Band) -> str:
    """Return the figure of the served model's probabilities and the referral band."""
    labels, probabilities = predictions.labels, predictions.models[SCORECARD]
    scores = logit(probabilities)

    def draw(figure: Figure) -> None:
        axes = figure.add_axes((0.07, 0.14, 0.91, 0.71))
        limit = float(np.ceil(np.abs(scores).max()))
        draw_histogram(axes, scores, labels, np.arange(-limit, limit + 0.5, 0.5))
        shade_band(axes, band)
        label_with_probabilities(axes)
        axes.set_xlabel("probability of malignancy, out of fold (on a scale of log-odds)")
        _label_decisions(axes, predictions, band)

    title = "The served model's out-of-fold probabilities by class, and the referral band"
    return draw_svg(title, (9, 4.2), draw)


def _label_decisions(axes: Axes, predictions: OutOfFold, band: Band) -> None:
    """Write each decision and its number of patients above the axes."""
    probabilities = predictions.models[SCORECARD]
    below, above = probabilities < band.lower, probabilities > band.upper
    decisions = (
        (0.0, "left", f"below {band.lower:g}: benign", below),
        (0.5, "center", f"{band.lower:g} to {band.upper:g}: refer to a person", ~below & ~above),
        (1.0, "right", f"above {band.upper:g}: malignant", above),
    )
    for x, alignment, label, selected in decisions:
        malignant = int(predictions.labels[selected].sum())
        counts = f"{malignant} malignant, {int(selected.sum()) - malignant} benign"
        axes.text(x, 1.06, f"{label}\n{counts}", transform=axes.transAxes, ha=alignment)
