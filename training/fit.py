"""Fit the classifier that the search found."""

from collections.abc import Mapping
from typing import Any

from sklearn.ensemble import GradientBoostingClassifier
from sklearn.metrics import confusion_matrix, f1_score

from training.dataset import Dataset

BASE_PARAMETERS = {"learning_rate": 0.01, "random_state": 42}
"""What every ensemble here has in common."""


def fit(data: Dataset, parameters: Mapping[str, Any]) -> GradientBoostingClassifier:
    """Return an ensemble fitted on the training rows with ``parameters``."""
    estimator = GradientBoostingClassifier(**BASE_PARAMETERS, **parameters)
    estimator.fit(data.train, data.train_labels)
    return estimator


def holdout_metrics(estimator: GradientBoostingClassifier, data: Dataset) -> dict[str, Any]:
    """Return how ``estimator`` does on the held-out rows: F1, and the errors in patients."""
    predicted = estimator.predict(data.test)
    (_, false_alarms), (missed, _) = confusion_matrix(data.test_labels, predicted).tolist()
    return {
        "patients": len(data.test),
        "f1": float(f1_score(data.test_labels, predicted)),
        "missed": missed,
        "falseAlarms": false_alarms,
    }
