"""Style and building blocks of the figures.

Positions are fixed, because the layouts that matplotlib computes depend on the installed
fonts. Text stays text, so that it can be read aloud, searched and selected.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import StringIO

import numpy as np
import numpy.typing as npt
from matplotlib import style
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator
from scipy.special import logit
from scipy.stats import binomtest

from model import Band
from training.dataset import Labels

MALIGNANT, BENIGN = "#8c2d04", "#9ecae1"
"""Colours of the classes: dark and light, so that they differ in black and white."""

SHADE = "#e8e8e8"
"""Colour of the referral band and of decreasing steps."""

Values = npt.NDArray[np.float64]

_STYLE = {
    "axes.axisbelow": True,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlelocation": "left",
    "axes.titlesize": 10,
    "axes.titleweight": "bold",
    "font.sans-serif": ["DejaVu Sans", "Verdana", "Arial"],
    "font.size": 9,
    "hatch.color": "grey",
    "hatch.linewidth": 0.5,
    "legend.frameon": False,
    "svg.fonttype": "none",
    "svg.hashsalt": "model card",  # Without one, the generated ids are random.
    "xtick.labelsize": 8,
    "ytick.labelsize": 8,
}
_TICKS = (0.001, 0.01, 0.1, 0.5, 0.9, 0.99, 0.999)


def draw_svg(title: str, size: tuple[float, float], draw: Callable[[Figure], None]) -> str:
    """Return a figure as SVG, independent of the user's matplotlib settings.

    Args:
        title: Description for readers who cannot see the figure.
        size: Width and height in inches, which browsers show as 96 pixels each.
        draw: Draws on the figure.
    """
    with style.context(_STYLE, after_reset=True):
        figure = Figure(figsize=size, facecolor="white")
        draw(figure)
        file = StringIO()
        # Without them, the file changes only with the model.
        metadata = {"Title": title, "Date": None, "Creator": None}
        figure.savefig(file, format="svg", metadata=metadata)
    return file.getvalue()


def draw_histogram(axes: Axes, values: Values, labels: Labels, edges: Values) -> None:
    """Draw a mirrored histogram: malignant upwards, benign downwards.

    Args:
        axes: Axes to draw on.
        values: One value per patient, in the unit of the horizontal axis.
        labels: 1 for malignant.
        edges: Limits of the bins, in the same unit.
    """
    for label, sign, colour in ((1, 1, MALIGNANT), (0, -1, BENIGN)):
        counts = np.histogram(values[labels == label], edges)[0]
        axes.stairs(sign * counts, edges, fill=True, facecolor=colour, edgecolor="black", lw=0.5)
    axes.axhline(0, color="black", lw=0.8)
    axes.margins(y=0.15)
    axes.yaxis.set_major_locator(MaxNLocator(4, integer=True))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda count, _: f"{abs(count):.0f}"))
    axes.set_ylabel("patients")
    inside = axes.transAxes
    axes.text(0.01, 0.95, "malignant", va="top", fontsize=8, transform=inside)
    axes.text(0.99, 0.05, "benign", ha="right", fontsize=8, transform=inside)


def scale_by_square_root(axes: Axes) -> None:
    """Scale a mirrored histogram by the square root, so that small counts are visible."""
    limits, formatter = axes.get_ylim(), axes.yaxis.get_major_formatter()
    axes.set_yscale("function", functions=(_signed_root, lambda root: root * np.abs(root)))
    axes.set_yticks((-300, -100, -10, 0, 10, 100))
    axes.yaxis.set_major_formatter(formatter)
    axes.set(ylim=limits, ylabel="patients\n(root scale)")


def _signed_root(values: Values) -> Values:
    return np.sign(values) * np.sqrt(np.abs(values))


def format_log_odds(log_odds: float) -> str:
    """Return ``log_odds`` with its sign and three decimals."""
    return f"{log_odds:+.3f}".replace("-", "\N{MINUS SIGN}")


def label_with_probabilities(axes: Axes) -> None:
    """Label a horizontal axis in log-odds with probabilities."""
    axes.set_xticks(logit(_TICKS), [f"{100 * share:g} %" for share in _TICKS])


def shade_band(axes: Axes, band: Band) -> None:
    """Shade the referral band on a horizontal axis in log-odds, and mark 0."""
    nearest = 1e-9  # Beyond every axis; the logits of 0 and 1 are infinite.
    lower, upper = logit(np.clip((band.lower, band.upper), nearest, 1 - nearest))
    limits = axes.get_xlim()
    axes.axvspan(lower, upper, facecolor=SHADE, zorder=0, label="refer to\na person")
    axes.axvline(0, color="grey", lw=0.8, ls="--")
    axes.set_xlim(limits)


@dataclass(frozen=True, slots=True)
class CalibrationBin:
    """Patients with similar probabilities of malignancy.

    Attributes:
        patients: Number of patients.
        predicted: Mean of their probabilities.
        share: Share of malignant tumours.
        low: Lower limit of its 95 % Wilson interval.
        high: Upper limit.
    """

    patients: int
    predicted: float
    share: float
    low: float
    high: float


def calibration_bins(
    labels: Labels, probabilities: Values, edges: Sequence[float]
) -> list[CalibrationBin]:
    """Return the patients grouped by probability, without empty bins.

    Args:
        labels: 1 for malignant.
        probabilities: One per patient, between the first and the last edge.
        edges: Limits of the bins; each bin includes its lower limit, the last one both.
    """
    numbers = np.digitize(probabilities, edges[1:-1])
    groups = [numbers == number for number in np.unique(numbers)]
    return [_calibration_bin(labels[group], probabilities[group]) for group in groups]


def _calibration_bin(labels: Labels, probabilities: Values) -> CalibrationBin:
    test = binomtest(int(labels.sum()), len(labels))
    limits = test.proportion_ci(method="wilson")
    predicted, share = float(probabilities.mean()), float(test.statistic)
    return CalibrationBin(test.n, predicted, share, limits.low, limits.high)
