import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model import Band
from training.referral import REQUIRED_SHARE, choose_band, count_referrals

patients = st.lists(st.tuples(st.integers(0, 1000), st.integers(0, 1)), min_size=1, max_size=60)
# A hundredth of the decisions on each side may be wrong.
ONE_WRONG = [*[0.1] * 99, 0.2, *[0.9] * 99, 0.8], [*[0] * 99, 1, *[1] * 99, 0]


@pytest.mark.parametrize(
    ("probabilities", "labels", "band"),
    [
        ([0.05, 0.1, 0.2, 0.7, 0.8, 0.9], [0, 1, 0, 1, 0, 1], Band(0.1, 0.8)),
        (*ONE_WRONG, Band(0.5, 0.5)),
        (ONE_WRONG[0][1:], ONE_WRONG[1][1:], Band(0.2, 0.5)),
    ],
)
def test_the_band_extends_to_the_errors(
    probabilities: list[float], labels: list[int], band: Band
) -> None:
    assert choose_band(np.array(probabilities), np.array(labels)) == band


@given(patients)
def test_the_band_is_the_narrowest_with_enough_correct_decisions(
    sample: list[tuple[int, int]],
) -> None:
    probabilities = np.array([thousandths / 1000 for thousandths, _ in sample])
    labels = np.array([label for _, label in sample])
    band = choose_band(probabilities, labels)

    def sufficient_below(limit: float) -> bool:
        below = labels[probabilities < limit]
        return not len(below) or bool((below == 0).mean() >= REQUIRED_SHARE)

    def sufficient_above(limit: float) -> bool:
        above = labels[probabilities > limit]
        return not len(above) or bool(above.mean() >= REQUIRED_SHARE)

    assert sufficient_below(band.lower)
    assert sufficient_above(band.upper)
    narrower = range(round(band.lower * 1000) + 1, 501)
    assert not any(sufficient_below(thousandths / 1000) for thousandths in narrower)
    narrower = range(500, round(band.upper * 1000))
    assert not any(sufficient_above(thousandths / 1000) for thousandths in narrower)


def test_each_fold_is_evaluated_with_the_band_of_the_others() -> None:
    probabilities = np.array([0.1, 0.9, 0.1, 0.9, 0.3])
    labels = np.array([0, 1, 1, 0, 0])
    folds = np.array([0, 0, 1, 1, 1])
    # The first fold's band is empty, so the errors of the second are decisions. The second
    # fold's band is from 0.1 to 0.9, so the first has no decisions.
    assert count_referrals(probabilities, labels, folds) == {
        "benign": 2,
        "malignant": 1,
        "referred": 2,
        "missed": 1,
        "falseAlarms": 1,
    }
