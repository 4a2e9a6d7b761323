import xml.etree.ElementTree as ET

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.figure import Figure
from scipy.special import logit

from model import Band
from training.drawing import bins, label_with_probabilities, mirrored, page, shade, signed
from training.drawing import square_roots as scale_by_square_roots

LABELS = np.array([1, 1, 1, 0, 0, 1])
VALUES = np.array([3.5, 3.6, 2.5, 0.5, 1.5, 1.6])
EDGES = np.arange(0.0, 5.0)

SVG = "{http://www.w3.org/2000/svg}"


def histogram(figure: Figure) -> None:
    mirrored(figure.add_subplot(), VALUES, LABELS, EDGES)


def parsed(text: str) -> ET.Element:
    return ET.fromstring(text)  # noqa: S314 (our own text)


def words(text: str) -> list[str]:
    return ["".join(element.itertext()) for element in parsed(text).iter(f"{SVG}text")]


def test_a_page_has_a_title_and_a_white_ground_and_nothing_about_the_day_or_the_program() -> None:
    text = page("name", "What it shows", (2, 3), histogram)
    drawn = parsed(text)
    assert (drawn.get("width"), drawn.get("height")) == ("144pt", "216pt")
    assert drawn.findtext(f"{SVG}title") == "What it shows"
    ground = next(drawn.iter(f"{SVG}path"))
    assert ground.get("style") == "fill: #ffffff"
    assert " ".join(ground.get("d", "").split()) == "M 0 216 L 144 216 L 144 0 L 0 0 z"
    assert "date" not in text
    assert mpl.__version__ not in text


def test_a_page_is_the_same_whatever_matplotlib_is_set_to_and_leaves_that_alone() -> None:
    before = page("name", "title", (2, 3), histogram)
    with mpl.rc_context({"font.size": 20, "svg.fonttype": "path", "axes.grid": True}):
        assert page("name", "title", (2, 3), histogram) == before
        assert mpl.rcParams["font.size"] == 20


def test_two_pages_share_no_clip_path() -> None:
    def clips(name: str) -> set[str | None]:
        drawn = parsed(page(name, "title", (2, 3), histogram))
        return {clip.get("id") for clip in drawn.iter(f"{SVG}clipPath")}

    assert clips("one")
    assert clips("one").isdisjoint(clips("other"))


def test_a_mirrored_histogram_counts_malignant_upwards_and_benign_downwards() -> None:
    axes = Figure().add_subplot()
    mirrored(axes, VALUES, LABELS, EDGES)
    malignant, benign = (patch.get_data().values.tolist() for patch in axes.patches)  # type: ignore[attr-defined]
    assert malignant == [0, 1, 1, 2]
    assert benign == [-1, -1, 0, 0]
    assert axes.yaxis.get_major_formatter()(-30) == "30"
    assert {text.get_text() for text in axes.texts} == {"malignant", "benign"}


def test_a_scale_by_square_roots_keeps_the_sign_and_the_limits() -> None:
    axes = Figure().add_subplot()
    mirrored(axes, VALUES, LABELS, EDGES)
    limits = axes.get_ylim()
    scale_by_square_roots(axes)
    assert axes.get_ylim() == limits
    transform = axes.yaxis.get_transform()
    counts = np.array([-100.0, -4.0, 0.0, 9.0])
    roots = transform.transform(counts)
    assert roots.tolist() == [-10, -2, 0, 3]
    assert transform.inverted().transform(roots).tolist() == counts.tolist()
    assert axes.yaxis.get_major_formatter()(-30) == "30"


def test_log_odds_are_labelled_with_probabilities() -> None:
    axes = Figure().add_subplot()
    label_with_probabilities(axes)
    labels = {text.get_text(): text.get_position()[0] for text in axes.get_xticklabels()}
    assert labels["50 %"] == 0
    assert labels["99 %"] == pytest.approx(logit(0.99))
    assert "0.1 %" in labels


@pytest.mark.parametrize(("band", "sides"), [((0.2, 0.7), logit((0.2, 0.7))), ((0, 1), None)])
def test_the_band_is_shaded_in_log_odds(
    band: tuple[float, float], sides: tuple[float, float] | None
) -> None:
    axes = Figure().add_subplot()
    axes.set_xlim(-5, 5)
    shade(axes, Band(*band))
    (span,) = axes.patches
    left, right = span.get_extents().transformed(axes.transData.inverted()).intervalx
    if sides is None:
        assert left < -5 < 5 < right
    else:
        assert (left, right) == pytest.approx(tuple(sides))
    assert axes.get_xlim() == (-5, 5)


def test_bins_hold_each_patient_once_with_wilsons_interval() -> None:
    probabilities = np.array([0.0, 0.1, 0.5, 0.6, 0.7, 1.0])
    labels = np.array([0, 0, 1, 0, 1, 1])
    empty_left_out = bins(labels, probabilities, (0, 0.2, 0.4, 0.5, 1))
    low, high = empty_left_out
    assert (low.patients, low.predicted, low.share, low.low) == (2, 0.05, 0, 0)
    # Wilson's interval for 0 of n ends at z²/(n + z²), for z = 1.96.
    assert low.high == pytest.approx(3.8415 / 5.8415, abs=1e-4)
    assert (high.patients, high.share) == (4, 0.75)
    assert high.predicted == pytest.approx(0.7)
    assert (high.low, high.high) == pytest.approx((0.3006, 0.9544), abs=1e-4)


def test_a_sign_is_printed_as_one() -> None:
    assert signed(-0.5261) == "\N{MINUS SIGN}0.526"
    assert signed(2) == "+2.000"
