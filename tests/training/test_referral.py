import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from model import Band
from training.referral import RIGHT, choose_band, referral

patients = st.lists(st.tuples(st.integers(0, 1000), st.integers(0, 1)), min_size=1, max_size=60)


def test_a_perfect_model_refers_nobody_but_the_undecided() -> None:
    labels = np.array([0, 0, 1, 1])
    assert choose_band(np.array([0.1, 0.4999, 0.5001, 0.9]), labels) == Band(0.5, 0.5)


def test_the_band_reaches_as_far_as_the_mistakes() -> None:
    probabilities = np.array([0.05, 0.1, 0.2, 0.7, 0.8, 0.9])
    labels = np.array([0, 1, 0, 1, 0, 1])
    assert choose_band(probabilities, labels) == Band(0.1, 0.8)


def test_a_hundredth_may_be_wrong() -> None:
    probabilities = np.concatenate([np.full(99, 0.1), [0.2], np.full(99, 0.9), [0.8]])
    labels = np.concatenate([np.zeros(99), [1], np.ones(99), [0]]).astype(int)
    assert choose_band(probabilities, labels) == Band(0.5, 0.5)
    assert choose_band(probabilities[1:], labels[1:]) == Band(0.2, 0.5)


@given(patients)
def test_outside_of_the_band_the_share_is_right_and_no_narrower_band_has_it(
    found: list[tuple[int, int]],
) -> None:
    probabilities = np.array([thousandths / 1000 for thousandths, _ in found])
    labels = np.array([label for _, label in found])
    band = choose_band(probabilities, labels)

    def right(lower: float, upper: float) -> tuple[bool, bool]:
        below, above = labels[probabilities < lower], labels[probabilities > upper]
        return (
            not len(below) or (below == 0).mean() >= RIGHT,
            not len(above) or above.mean() >= RIGHT,
        )

    assert right(band.lower, band.upper) == (True, True)
    for thousandths in range(round(band.lower * 1000) + 1, 501):
        assert not right(thousandths / 1000, 1.0)[0]
    for thousandths in range(500, round(band.upper * 1000)):
        assert not right(0.0, thousandths / 1000)[1]


def test_a_fold_is_judged_by_the_others_band() -> None:
    """The second fold's mistakes are outside of the band that the first one chooses."""
    probabilities = np.array([0.1, 0.9, 0.1, 0.9, 0.3])
    labels = np.array([0, 1, 1, 0, 0])
    folds = np.array([0, 0, 1, 1, 1])
    report = referral(probabilities, labels, folds)
    # From the second fold: benign below 0.1 and malignant above 0.9, so nobody is decided.
    assert report == {
        "benign": 2,
        "malignant": 1,
        "referred": 2,
        "missed": 1,
        "falseAlarms": 1,
    }
