"""How the figures look, and how they become the same bytes wherever they are drawn.

Everything is placed by hand: a layout that matplotlib computes depends on the fonts that it
finds. Text stays text, so that it can be read aloud, searched for and selected.
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
"""The classes' colours: in black and white, the one is dark and the other light."""

SHADE = "#e8e8e8"
"""The referral band, and steps that go down."""

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
    "xtick.labelsize": 8,
    "ytick.labelsize": 8,
}
_PERCENT = (0.001, 0.01, 0.1, 0.5, 0.9, 0.99, 0.999)


def page(name: str, title: str, size: tuple[float, float], draw: Callable[[Figure], None]) -> str:
    """Return, as SVG, what ``draw`` draws on a white page.

    The same drawing gives the same text, whatever matplotlib's settings are.

    Args:
        name: What ids derive from, so that two figures fit one document.
        title: What the figure shows, for a reader who does not see it.
        size: Width and height in inches, of 96 pixels each on a screen.
        draw: Called once, with the page.
    """
    with style.context({**_STYLE, "svg.hashsalt": name}, after_reset=True):
        figure = Figure(figsize=size, facecolor="white")
        draw(figure)
        file = StringIO()
        # Neither the day nor matplotlib's version is about the model.
        metadata = {"Title": title, "Date": None, "Creator": None}
        figure.savefig(file, format="svg", metadata=metadata)
    return file.getvalue()


def mirrored(axes: Axes, values: Values, labels: Labels, edges: Values) -> None:
    """Draw how many patients have which value: malignant upwards, benign downwards.

    Args:
        axes: Where.
        values: One per patient, in the unit of the horizontal axis.
        labels: 1 for malignant.
        edges: The limits of the bins, in the same unit.
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


def square_roots(axes: Axes) -> None:
    """Scale a mirrored histogram by the square root: a few patients show beside hundreds."""
    limits, formatter = axes.get_ylim(), axes.yaxis.get_major_formatter()
    axes.set_yscale("function", functions=(_signed_root, lambda root: root * np.abs(root)))
    axes.set_yticks((-300, -100, -10, 0, 10, 100))
    axes.yaxis.set_major_formatter(formatter)
    axes.set(ylim=limits, ylabel="patients\n(root scale)")


def _signed_root(values: Values) -> Values:
    return np.sign(values) * np.sqrt(np.abs(values))


def signed(log_odds: float) -> str:
    """Return ``log_odds`` with its sign and three decimals, as print has it."""
    return f"{log_odds:+.3f}".replace("-", "\N{MINUS SIGN}")


def label_with_probabilities(axes: Axes) -> None:
    """Label the horizontal axis, which is in log-odds, with probabilities."""
    axes.set_xticks(logit(_PERCENT), [f"{100 * share:g} %" for share in _PERCENT])


def shade(axes: Axes, band: Band) -> None:
    """Shade the referral band on a horizontal axis in log-odds, and draw where it is 0."""
    nearest = 1e-9  # No axis reaches as far, and the logit of 0 is nowhere.
    lower, upper = logit(np.clip((band.lower, band.upper), nearest, 1 - nearest))
    limits = axes.get_xlim()
    axes.axvspan(lower, upper, facecolor=SHADE, zorder=0, label="refer to\na person")
    axes.axvline(0, color="grey", lw=0.8, ls="--")
    axes.set_xlim(limits)


@dataclass(frozen=True, slots=True)
class Bin:
    """Patients with about the same probability of malignancy.

    Attributes:
        patients: How many they are.
        predicted: The mean of their probabilities.
        share: The share of them that is malignant.
        low: The lower limit of the 95 % interval of that share (Wilson's).
        high: Its upper limit.
    """

    patients: int
    predicted: float
    share: float
    low: float
    high: float


def bins(labels: Labels, probabilities: Values, edges: Sequence[float]) -> list[Bin]:
    """Return the patients by probability; a bin without any is left out.

    Args:
        labels: 1 for malignant.
        probabilities: One per patient, within the first and the last of ``edges``.
        edges: The limits of the bins; each but the last belongs to the bin above it.
    """
    numbers = np.digitize(probabilities, edges[1:-1])
    found = []
    for number in np.unique(numbers):
        own = numbers == number
        test = binomtest(int(labels[own].sum()), int(own.sum()))
        limits = test.proportion_ci(method="wilson")
        predicted = float(probabilities[own].mean())
        found.append(Bin(test.n, predicted, float(test.statistic), limits.low, limits.high))
    return found
