"""Choose the referral band from out-of-fold probabilities, and say how it does."""

from typing import Any

import numpy as np
import numpy.typing as npt

from model import Band
from training.dataset import Indices, Labels, Probabilities

RIGHT = 0.99
"""The share of decisions on either side of the band that has to be right."""


# Thousandths: limits that a person can read, and that no last bit of a probability moves.
_LIMITS = np.arange(1001) / 1000


def choose_band(probabilities: Probabilities, labels: Labels) -> Band:
    """Return the narrowest band outside of which `RIGHT` of each side's decisions are right.

    The lower limit is the largest thousandth, up to 0.5, below which at least that share
    of patients is benign; the upper limit is the smallest, from 0.5 on, above which at
    least that share is malignant. A side without patients counts as right.

    Args:
        probabilities: The probability of malignancy, out of fold, shape (patients,).
        labels: 1 for malignant, shape (patients,).
    """
    lower = [
        limit for limit in _LIMITS[:501] if _share(labels[probabilities < limit] == 0) >= RIGHT
    ]
    upper = [limit for limit in _LIMITS[500:] if _share(labels[probabilities > limit]) >= RIGHT]
    return Band(float(max(lower)), float(min(upper)))


def _share(right: npt.NDArray[Any]) -> float:
    return float(right.mean()) if len(right) else 1.0


def referral(probabilities: Probabilities, labels: Labels, folds: Indices) -> dict[str, int]:
    """Return, in patients, how bands do in folds that had no part in choosing them.

    For each fold a band is chosen from the others' patients and applied to its own.
    ``missed`` counts the malignant tumours among those called benign, ``falseAlarms`` the
    benign ones among those called malignant.

    Args:
        probabilities: The probability of malignancy, out of fold, shape (patients,).
        labels: 1 for malignant, shape (patients,).
        folds: The number of each patient's fold, shape (patients,).
    """
    report = dict.fromkeys(("benign", "malignant", "referred", "missed", "falseAlarms"), 0)
    for fold in np.unique(folds):
        own = folds == fold
        band = choose_band(probabilities[~own], labels[~own])
        below, above = probabilities[own] < band.lower, probabilities[own] > band.upper
        report["benign"] += int(below.sum())
        report["malignant"] += int(above.sum())
        report["referred"] += int((~below & ~above).sum())
        report["missed"] += int(labels[own][below].sum())
        report["falseAlarms"] += int((labels[own][above] == 0).sum())
    return report
