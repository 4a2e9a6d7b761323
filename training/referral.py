"""Choose the referral band from out-of-fold probabilities and evaluate it."""

from typing import Any

import numpy as np
import numpy.typing as npt

from model import Band
from training.dataset import Indices, Labels, Probabilities

REQUIRED_SHARE = 0.99
"""Share of the decisions on each side of the band that must be correct."""

# Thousandths are readable and insensitive to the last bits of a probability.
_LIMITS = np.arange(1001) / 1000


def choose_band(probabilities: Probabilities, labels: Labels) -> Band:
    """Return the narrowest band with at least `REQUIRED_SHARE` correct decisions on each side.

    The lower limit is the largest thousandth, up to 0.5, below which at least that share of
    the patients is benign. The upper limit is the smallest, from 0.5, above which at least that
    share is malignant. A side without patients counts as correct.

    Args:
        probabilities: Out-of-fold probabilities of malignancy, shape (patients,).
        labels: 1 for malignant, shape (patients,).
    """
    lower = [limit for limit in _LIMITS[:501] if _sufficient(labels[probabilities < limit] == 0)]
    upper = [limit for limit in _LIMITS[500:] if _sufficient(labels[probabilities > limit] == 1)]
    return Band(float(max(lower)), float(min(upper)))


def _sufficient(correct: npt.NDArray[Any]) -> bool:
    return not len(correct) or bool(correct.mean() >= REQUIRED_SHARE)


def count_referrals(probabilities: Probabilities, labels: Labels, folds: Indices) -> dict[str, int]:
    """Return the number of patients by decision, with bands chosen by cross-validation.

    For each fold, a band is chosen from the other folds' patients and applied to its own.

    Args:
        probabilities: Out-of-fold probabilities of malignancy, shape (patients,).
        labels: 1 for malignant, shape (patients,).
        folds: Fold of each patient, shape (patients,).

    Returns:
        The decisions ``benign``, ``malignant`` and ``referred``; ``missed`` malignant tumours
        with the decision benign, and ``falseAlarms``: benign ones with the decision malignant.
    """
    below, above = np.zeros(len(labels), dtype=bool), np.zeros(len(labels), dtype=bool)
    for fold in np.unique(folds):
        own = folds == fold
        band = choose_band(probabilities[~own], labels[~own])
        below |= own & (probabilities < band.lower)
        above |= own & (probabilities > band.upper)
    return {
        "benign": int(below.sum()),
        "malignant": int(above.sum()),
        "referred": int((~below & ~above).sum()),
        "missed": int(labels[below].sum()),
        "falseAlarms": int((labels[above] == 0).sum()),
    }
