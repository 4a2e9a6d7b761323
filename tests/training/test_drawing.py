import xml.etree.ElementTree as ET

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from scipy.special import logit

from model import Band
from training.drawing import (
    calibration_bins,
    draw_histogram,
    draw_svg,
    scale_by_square_root,
    shade_band,
)

SVG = "{http://www.w3.org/2000/svg}"


def parse(svg: str) -> ET.Element:
    return ET.fromstring(svg)  # noqa: S314 (our own text)


def texts(svg: str) -> list[str]:
    """Return the texts in a figure."""
    return ["".join(element.itertext()) for element in parse(svg).iter(f"{SVG}text")]


@pytest.fixture
def axes() -> Axes:
    return Figure().add_subplot()


def histogram(axes: Axes) -> None:
    values, labels = np.array([3.5, 3.6, 2.5, 0.5, 1.5, 1.6]), np.array([1, 1, 1, 0, 0, 1])
    draw_histogram(axes, values, labels, np.arange(0.0, 5.0))


def test_a_figure_has_a_title_and_a_white_background_but_no_date_or_version() -> None:
    svg = draw_svg("A title", (2, 3), lambda figure: histogram(figure.add_subplot()))
    figure = parse(svg)
    assert (figure.get("width"), figure.get("height")) == ("144pt", "216pt")
    assert figure.findtext(f"{SVG}title") == "A title"
    background = next(figure.iter(f"{SVG}path"))
    assert background.get("style") == "fill: #ffffff"
    assert " ".join(background.get("d", "").split()) == "M 0 216 L 144 216 L 144 0 L 0 0 z"
    assert "date" not in svg
    assert mpl.__version__ not in svg


def test_a_histogram_counts_malignant_upwards_and_benign_downwards(axes: Axes) -> None:
    histogram(axes)
    malignant, benign = (patch.get_data().values.tolist() for patch in axes.patches)  # type: ignore[attr-defined]
    assert malignant == [0, 1, 1, 2]
    assert benign == [-1, -1, 0, 0]
    assert {text.get_text() for text in axes.texts} == {"malignant", "benign"}


def test_scaling_by_square_root_keeps_signs_and_limits(axes: Axes) -> None:
    histogram(axes)
    limits = axes.get_ylim()
    scale_by_square_root(axes)
    assert axes.get_ylim() == limits
    transform = axes.yaxis.get_transform()
    counts = np.array([-100.0, -4.0, 0.0, 9.0])
    roots = transform.transform(counts)
    assert roots == pytest.approx([-10, -2, 0, 3])
    assert transform.inverted().transform(roots) == pytest.approx(counts)
    assert axes.yaxis.get_major_formatter()(-30) == "30"


@pytest.mark.parametrize(
    ("band", "limits"),
    [(Band(0.2, 0.7), logit((0.2, 0.7))), (Band(0, 1), logit((1e-9, 1 - 1e-9)))],
)
def test_shades_the_band_in_log_odds(band: Band, limits: tuple[float, float], axes: Axes) -> None:
    axes.set_xlim(-5, 5)
    shade_band(axes, band)
    (span,) = axes.patches
    extents = span.get_extents().transformed(axes.transData.inverted())
    assert extents.intervalx == pytest.approx(limits)
    assert axes.get_xlim() == (-5, 5)


def test_calibration_bins_hold_each_patient_once_with_wilson_intervals() -> None:
    probabilities = np.array([0.0, 0.1, 0.5, 0.6, 0.7, 1.0])
    labels = np.array([0, 0, 1, 0, 1, 1])
    low, high = calibration_bins(labels, probabilities, (0, 0.2, 0.4, 0.5, 1))
    assert (low.patients, low.predicted, low.share, low.low) == (2, 0.05, 0, 0)
    # Wilson's interval for 0 of n ends at z²/(n + z²), with z = 1.96.
    assert low.high == pytest.approx(3.8415 / 5.8415, abs=1e-4)
    assert (high.patients, high.share) == (4, 0.75)
    assert high.predicted == pytest.approx(0.7)
    assert (high.low, high.high) == pytest.approx((0.3006, 0.9544), abs=1e-4)
