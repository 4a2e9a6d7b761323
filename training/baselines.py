"""The models that an evaluation compares: the served model and its baselines."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sklearn.dummy import DummyClassifier
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from model import FEATURES
from training.dataset import Dataset
from training.fit import BASE_PARAMETERS

PROCEDURE = "procedure"
"""Name of the whole procedure: feature elimination, grid search and fit."""

SCORECARD = "scorecard"
"""Name of the served model, with its features and parameters fixed beforehand."""

MAJORITY = "majority"
"""Name of the model that predicts the share of malignant tumours for every patient."""


@dataclass(frozen=True, slots=True)
class Baseline:
    """A model with fixed features and parameters.

    Attributes:
        description: Text for the model card.
        make_estimator: Returns a new estimator, not fitted.
        contract_features: Whether it uses the contract's five features, or else all thirty.
    """

    description: str
    make_estimator: Callable[[], Any]
    contract_features: bool = True

    def select(self, data: Dataset) -> Dataset:
        """Return ``data``, which has all columns, with this model's columns."""
        return data.select([info.column for info in FEATURES]) if self.contract_features else data


def baselines(parameters: Mapping[str, Any]) -> dict[str, Baseline]:
    """Return the models by name; ``parameters`` are the served model's."""
    return {
        SCORECARD: Baseline(
            "the served model's features and parameters",
            lambda: GradientBoostingClassifier(**BASE_PARAMETERS, **parameters),
        ),
        "logisticFive": Baseline("logistic regression on the same five features", _logistic),
        "logisticAll": Baseline(
            "logistic regression on all thirty features", _logistic, contract_features=False
        ),
        "boosting": Baseline(
            "gradient boosting on the five features with scikit-learn's defaults (100 trees of "
            "depth 3)",
            lambda: GradientBoostingClassifier(max_depth=3, random_state=42),
        ),
        MAJORITY: Baseline("the majority class for every patient", DummyClassifier),
    }


def _logistic() -> Any:
    return make_pipeline(StandardScaler(), LogisticRegression())
