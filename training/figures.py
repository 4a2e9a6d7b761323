"""The figures of the model's card, as SVG: what the model is, and how good it is."""

from collections.abc import Sequence

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
    bins,
    label_with_probabilities,
    mirrored,
    page,
    shade,
    square_roots,
)
from training.evaluation import OutOfFold
from training.metrics import confusion
from training.steps import steps

COMPARED = {
    SCORECARD: ("the served model", "-", "o", "black"),
    PROCEDURE: ("the whole procedure", "--", "s", "white"),
    "logisticFive": ("logistic regression, same five features", ":", "^", "silver"),
}
"""The models that are drawn: in words, and their line, their marker and its filling."""

EDGES = (0.0, 0.05, 0.2, 0.4, 0.6, 0.8, 0.95, 1.0)
"""The limits of the calibration's bins: most patients are near 0 or near 1."""


def figures(scorecard: Scorecard, data: Dataset, predictions: OutOfFold) -> dict[str, str]:
    """Return every figure's text by its file name.

    Args:
        scorecard: The model.
        data: The patients that it was fitted on; further columns are ignored.
        predictions: What the models say about patients whom they haven't seen.
    """
    return {
        "steps.svg": steps(scorecard, data),
        "roc.svg": roc(predictions),
        "calibration.svg": calibration(predictions),
        "distribution.svg": distribution(predictions, scorecard.band),
    }


def roc(predictions: OutOfFold) -> str:
    """Return the ROC curves, whole and their corner, with the operating points at 0.5."""

    def draw(figure: Figure) -> None:
        whole = figure.add_axes((0.075, 0.13, 0.37, 0.78))
        corner = figure.add_axes((0.555, 0.13, 0.43, 0.78))
        for name, drawn in COMPARED.items():
            _curve((whole, corner), predictions, name, drawn)
        whole.plot((0, 1), (0, 1), color="grey", lw=0.8)
        whole.text(0.55, 0.5, "chance", color="dimgrey", rotation=45)
        whole.add_patch(Rectangle((0, 0.8), 0.25, 0.2, facecolor=SHADE, edgecolor="grey", zorder=0))
        whole.set(title="ROC curves, out of fold", xlim=(-0.02, 1), ylim=(0, 1.02))
        corner.set(title="Their corner", xlim=(-0.005, 0.25), ylim=(0.8, 1.004))
        corner.legend(loc="lower right", handlelength=3.5, labelspacing=1)
        for axes in (whole, corner):
            axes.set(xlabel="1 \N{MINUS SIGN} specificity", ylabel="sensitivity")

    return page("roc", "ROC curves of the compared models, out of fold", (9, 4.3), draw)


def _curve(
    both: Sequence[Axes], predictions: OutOfFold, name: str, drawn: tuple[str, str, str, str]
) -> None:
    words, line, marker, filling = drawn
    labels, probabilities = predictions.labels, predictions.models[name]
    false_positive, true_positive, _ = roc_curve(labels, probabilities)
    counts = confusion(labels, probabilities)
    at = counts["falseAlarms"] / (labels == 0).sum(), counts["malignant"] / labels.sum()
    label = (
        f"{words}\nAUC {roc_auc_score(labels, probabilities):.3f}; at 0.5: {counts['missed']} "
        f"missed, {counts['falseAlarms']} false alarms"
    )
    for axes in both:
        axes.plot(false_positive, true_positive, color="black", ls=line, lw=1.4)
    both[-1].plot(*at, marker=marker, mfc=filling, color="black", ls=line, label=label, zorder=3)


def calibration(predictions: OutOfFold) -> str:
    """Return how often a tumour is malignant, by the probability that it is given."""

    def draw(figure: Figure) -> None:
        upper = figure.add_axes((0.11, 0.35, 0.87, 0.62))
        lower = figure.add_axes((0.11, 0.09, 0.87, 0.22), sharex=upper)
        upper.plot((0, 1), (0, 1), color="grey", lw=0.8)
        upper.text(0.44, 0.46, "ideal", color="dimgrey", rotation=45)
        for name in (SCORECARD, PROCEDURE):
            _reliability(upper, predictions, name)
        upper.set(xlim=(-0.03, 1.03), ylim=(-0.03, 1.03), ylabel="share that is malignant")
        upper.tick_params(labelbottom=False)
        upper.legend(loc="upper left")
        mirrored(lower, predictions.models[SCORECARD], predictions.labels, np.linspace(0, 1, 21))
        square_roots(lower)
        lower.set_xlabel("predicted probability of malignancy, out of fold")

    words = "Calibration: the share of malignant tumours by predicted probability"
    return page("calibration", words, (6.6, 6.2), draw)


def _reliability(axes: Axes, predictions: OutOfFold, name: str) -> None:
    words, line, marker, filling = COMPARED[name]
    found = bins(predictions.labels, predictions.models[name], EDGES)
    axes.errorbar(
        [each.predicted for each in found],
        [each.share for each in found],
        [
            [each.share - each.low for each in found],
            [each.high - each.share for each in found],
        ],
        fmt=marker,
        color="black",
        mfc=filling,
        elinewidth=0.9,
        capsize=3,
        label=words,
    )[2][0].set_linestyle(line)


def distribution(predictions: OutOfFold, band: Band) -> str:
    """Return which probabilities the served model gives to whom, and where a person decides."""
    labels, probabilities = predictions.labels, predictions.models[SCORECARD]
    scores = logit(probabilities)

    def draw(figure: Figure) -> None:
        axes = figure.add_axes((0.07, 0.14, 0.91, 0.71))
        reach = float(np.ceil(np.abs(scores).max()))
        mirrored(axes, scores, labels, np.arange(-reach, reach + 0.5, 0.5))
        shade(axes, band)
        label_with_probabilities(axes)
        axes.set_xlabel("probability of malignancy, out of fold (on a scale of log-odds)")
        _name_zones(axes, predictions, band)

    words = "The served model's out-of-fold probabilities by class, and the referral band"
    return page("distribution", words, (9, 4.2), draw)


def _name_zones(axes: Axes, predictions: OutOfFold, band: Band) -> None:
    """Write above the axes what is decided where, for how many patients."""
    probabilities = predictions.models[SCORECARD]
    below, above = probabilities < band.lower, probabilities > band.upper
    zones = (
        (0.0, "left", f"below {band.lower:g}: benign", below),
        (0.5, "center", f"{band.lower:g} to {band.upper:g}: refer to a person", ~below & ~above),
        (1.0, "right", f"above {band.upper:g}: malignant", above),
    )
    for across, side, words, zone in zones:
        own = predictions.labels[zone]
        counts = f"{int(own.sum())} malignant, {int((1 - own).sum())} benign"
        axes.text(across, 1.06, f"{words}\n{counts}", transform=axes.transAxes, ha=side)
