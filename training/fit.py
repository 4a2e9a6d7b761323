"""Fit the classifier."""

from collections.abc import Mapping
from typing import Any

from sklearn.ensemble import GradientBoostingClassifier
from sklearn.metrics import confusion_matrix, f1_score

from training.dataset import Dataset

BASE_PARAMETERS = {"learning_rate": 0.01, "random_state": 42}
"""Parameters of every ensemble that the search tries."""


def fit(data: Dataset, parameters: Mapping[str, Any]) -> GradientBoostingClassifier:
    """Return an ensemble with ``parameters``, fitted on the training rows."""
    estimator = GradientBoostingClassifier(**BASE_PARAMETERS, **parameters)
    estimator.fit(data.train, data.train_labels)
    return estimator


def holdout_metrics(estimator: GradientBoostingClassifier, data: Dataset) -> dict[str, Any]:
    """Return F1 and the number of errors on the held-out rows."""
    predicted = estimator.predict(data.test)
    (_, false_alarms), (missed, _) = confusion_matrix(data.test_labels, predicted).tolist()
    return {
        "patients": len(data.test),
        "f1": float(f1_score(data.test_labels, predicted)),
        "missed": missed,
        "falseAlarms": false_alarms,
    }
