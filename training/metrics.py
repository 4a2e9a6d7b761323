"""Metrics of predicted probabilities, with their uncertainty.

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

Metrics = dict[str, float]
Resampled = dict[str, npt.NDArray[np.float64]]

LEVEL = 0.95
"""Level of the intervals; both tails are equal."""

PLACES = 4
"""Decimal places of a stored metric. The intervals are a hundred times as wide."""

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
"""Key of each metric in the evaluation record, and its name in the model card."""

RANKING_METRICS = (
    "rocAuc",
    "averagePrecision",
    "calibrationSlope",
    "calibrationIntercept",
    "sensitivityAtSpecificity95",
    "specificityAtSensitivity99",
)
"""Metrics that are meaningless for a model with the same probability for every patient."""


def compute_metrics(labels: Labels, probabilities: Probabilities) -> Metrics:
    """Return all `METRICS`; a probability of at least 0.5 is a prediction of 1."""
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

    Ideal values are 1 and 0. With a slope above 1 the probabilities are not extreme enough,
    with one below 1 they are too extreme (Cox, Biometrika 1958).
    """
    model = LogisticRegression(C=np.inf, max_iter=1000).fit(logit(probabilities)[:, None], labels)
    return float(model.coef_[0, 0]), float(model.intercept_[0])


def confusion(labels: Labels, probabilities: Probabilities) -> dict[str, int]:
    """Return the number of patients by label and prediction."""
    matrix = confusion_matrix(labels, probabilities >= 0.5)
    (benign, false_alarms), (missed, malignant) = matrix.tolist()
    return {
        "malignant": malignant,
        "missed": missed,
        "benign": benign,
        "falseAlarms": false_alarms,
    }


def resample(patients: int, count: int) -> list[Indices]:
    """Return ``count`` samples of patient indices with replacement, the same ones every time."""
    generator = np.random.default_rng(42)
    return [generator.integers(0, patients, patients) for _ in range(count)]


def bootstrap(
    labels: Labels, models: Mapping[str, Probabilities], resamples: int
) -> dict[str, Resampled]:
    """Return the metrics of each model in every bootstrap resample of the patients.

    All models share the same resamples, so that their differences are paired. Uses all
    processor cores.

    Args:
        labels: Shape (patients,).
        models: Probabilities by model name, shape (patients,).
        resamples: Number of resamples.

    Returns:
        By model name and metric, an array of shape (resamples,).
    """
    samples = resample(len(labels), resamples)
    jobs = [(labels[sample], model[sample]) for model in models.values() for sample in samples]
    results = iter(Parallel(n_jobs=-1)(delayed(compute_metrics)(*job) for job in jobs))
    return {name: _columns([next(results) for _ in samples]) for name in models}


def _columns(rows: list[Metrics]) -> Resampled:
    return {name: np.array([row[name] for row in rows]) for name in METRICS}


def interval(value: float, resampled: npt.NDArray[np.float64]) -> dict[str, float]:
    """Return ``value`` and the limits of its bootstrap interval, rounded to `PLACES`."""
    tail = (1 - LEVEL) / 2
    low, high = np.quantile(resampled, (tail, 1 - tail))
    return _rounded({"value": value, "low": low, "high": high})


def summarize_runs(runs: list[Metrics]) -> dict[str, dict[str, float]]:
    """Return the mean, minimum and maximum of each metric over ``runs``."""
    return {
        name: _rounded({"mean": column.mean(), "least": column.min(), "greatest": column.max()})
        for name, column in _columns(runs).items()
    }


def _rounded(numbers: dict[str, float]) -> dict[str, float]:
    return {name: round(float(number), PLACES) for name, number in numbers.items()}
