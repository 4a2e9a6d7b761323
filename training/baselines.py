"""The models that are compared: the served one, the procedure that found it, and others."""

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
"""The name of the whole procedure: feature elimination, grid search and fit."""

SCORECARD = "scorecard"
"""The name of the served model's features and parameters, chosen beforehand."""

MAJORITY = "majority"
"""The name of the model that gives everybody the share of malignant tumours."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A model with nothing left to choose.

    Attributes:
        description: What it is, in a table's words.
        make: Returns it, not fitted yet.
        five: Whether it sees the contract's five features, or all that there are.
    """

    description: str
    make: Callable[[], Any]
    five: bool = True

    def seen(self, data: Dataset) -> Dataset:
        """Return ``data``, which has all columns, as this model sees it."""
        return data.select([entry.column for entry in FEATURES]) if self.five else data


def candidates(parameters: Mapping[str, Any]) -> dict[str, Candidate]:
    """Return the models by name; ``parameters`` are what the stored search found."""
    return {
        SCORECARD: Candidate(
            "the served model's features and parameters",
            lambda: GradientBoostingClassifier(**BASE_PARAMETERS, **parameters),
        ),
        "logisticFive": Candidate("logistic regression, the same five features", _logistic),
        "logisticAll": Candidate("logistic regression, all thirty features", _logistic, five=False),
        "boosting": Candidate(
            "gradient boosting as scikit-learn has it (100 trees of depth 3), five features",
            lambda: GradientBoostingClassifier(max_depth=3, random_state=42),
        ),
        MAJORITY: Candidate("the majority class for everybody", DummyClassifier),
    }


def _logistic() -> Any:
    return make_pipeline(StandardScaler(), LogisticRegression())
