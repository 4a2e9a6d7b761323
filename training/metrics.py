"""Figures of merit of predicted probabilities, each with its uncertainty.

The definitions are scikit-learn's where it has them. Malignant is the positive class.
"""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
from joblib import Parallel, delayed
from scipy.special import logit
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import (
    accuracy_score,
    average_precision_score,
    brier_score_loss,
    confusion_matrix,
    f1_score,
    log_loss,
    roc_auc_score,
    roc_curve,
)

from training.dataset import Indices, Labels, Probabilities

Figures = dict[str, float]
Drawn = dict[str, npt.NDArray[np.float64]]

RESAMPLES = 1000
"""How many times the patients are drawn anew, with replacement, for an interval."""

LEVEL = 0.95
"""The share of resamples that an interval holds; as much is cut off on either side."""

PLACES = 4
"""Decimal places of every stored figure: the intervals are a hundred times as wide."""

METRICS: Mapping[str, str] = {
    "accuracy": "Accuracy",
    "f1": "F1",
    "sensitivity": "Sensitivity",
    "specificity": "Specificity",
    "rocAuc": "ROC AUC",
    "averagePrecision": "Average precision",
    "brier": "Brier score",
    "logLoss": "Log loss",
    "calibrationSlope": "Calibration slope",
    "calibrationIntercept": "Calibration intercept",
    "sensitivityAtSpecificity95": "Sensitivity at 95 % specificity",
    "specificityAtSensitivity99": "Specificity at 99 % sensitivity",
}
"""Every figure's name in the files, and in words."""


RANKING = (
    "rocAuc",
    "averagePrecision",
    "calibrationSlope",
    "calibrationIntercept",
    "sensitivityAtSpecificity95",
    "specificityAtSensitivity99",
)
"""The figures that mean nothing for a model that gives everybody the same probability."""


def figures(labels: Labels, probabilities: Probabilities) -> Figures:
    """Return every figure of `METRICS` by name; the label is 1 from a probability of 0.5 on."""
    predicted = probabilities >= 0.5
    slope, intercept = calibration(labels, probabilities)
    false_positive, true_positive, _ = roc_curve(labels, probabilities)
    return {
        "accuracy": float(accuracy_score(labels, predicted)),
        "f1": float(f1_score(labels, predicted, zero_division=0.0)),
        "sensitivity": float(predicted[labels == 1].mean()),
        "specificity": float((~predicted)[labels == 0].mean()),
        "rocAuc": float(roc_auc_score(labels, probabilities)),
        "averagePrecision": float(average_precision_score(labels, probabilities)),
        "brier": float(brier_score_loss(labels, probabilities)),
        "logLoss": float(log_loss(labels, probabilities)),
        "calibrationSlope": slope,
        "calibrationIntercept": intercept,
        "sensitivityAtSpecificity95": float(true_positive[false_positive <= 0.05].max()),
        "specificityAtSensitivity99": float(1 - false_positive[true_positive >= 0.99].min()),
    }


def calibration(labels: Labels, probabilities: Probabilities) -> tuple[float, float]:
    """Return the slope and intercept of a logistic regression of the label on the logit.

    1 and 0 are ideal. A slope above 1 says that the probabilities are not extreme enough,
    one below 1 that they are too extreme (Cox, Biometrika 1958).
    """
    model = LogisticRegression(C=np.inf, max_iter=1000).fit(logit(probabilities)[:, None], labels)
    return float(model.coef_[0, 0]), float(model.intercept_[0])


def confusion(labels: Labels, probabilities: Probabilities) -> dict[str, int]:
    """Return the patients by what they have and what is predicted."""
    (benign, false_alarms), (missed, malignant) = confusion_matrix(
        labels, probabilities >= 0.5
    ).tolist()
    return {
        "malignant": malignant,
        "missed": missed,
        "benign": benign,
        "falseAlarms": false_alarms,
    }


def resamples(patients: int) -> list[Indices]:
    """Return the bootstrap's draws, the same for every model, so that differences are paired."""
    generator = np.random.default_rng(42)
    return [generator.integers(0, patients, patients) for _ in range(RESAMPLES)]


def bootstrap(labels: Labels, models: Mapping[str, Probabilities]) -> dict[str, Drawn]:
    """Return by model and figure its values in every resample of the patients.

    Uses all processor cores.

    Args:
        labels: Shape (patients,).
        models: Each model's probabilities, shape (patients,).
    """
    draws = resamples(len(labels))
    jobs = [(labels[draw], model[draw]) for model in models.values() for draw in draws]
    drawn = iter(Parallel(n_jobs=-1)(delayed(figures)(*job) for job in jobs))
    return {name: _columns([next(drawn) for _ in draws]) for name in models}


def _columns(rows: list[Figures]) -> Drawn:
    return {name: np.array([row[name] for row in rows]) for name in METRICS}


def interval(value: float, drawn: npt.NDArray[np.float64]) -> dict[str, float]:
    """Return ``value`` with the bounds that hold `LEVEL` of ``drawn``, rounded to be stored."""
    tail = (1 - LEVEL) / 2
    low, high = np.quantile(drawn, (tail, 1 - tail))
    numbers = {"value": value, "low": low, "high": high}
    return {name: round(float(number), PLACES) for name, number in numbers.items()}


def spread(runs: list[Figures]) -> dict[str, dict[str, float]]:
    """Return by figure the mean, the least and the greatest of several runs."""
    columns = _columns(runs)
    return {
        name: {
            "mean": round(float(column.mean()), PLACES),
            "least": round(float(column.min()), PLACES),
            "greatest": round(float(column.max()), PLACES),
        }
        for name, column in columns.items()
    }
