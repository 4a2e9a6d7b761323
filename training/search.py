"""Find the features and the size of the ensemble: minutes of cross-validation."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sklearn
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.feature_selection import RFECV
from sklearn.model_selection import GridSearchCV, KFold, ParameterGrid

from training.dataset import Dataset
from training.fit import BASE_PARAMETERS
from training.progress import CountingScorer, progress

SCORING = "f1"


@dataclass(frozen=True, slots=True)
class Plan:
    """What the search tries; the defaults are what the stored search was run with.

    Attributes:
        selection: Parameters of the ensemble that ranks the features.
        minimum_features: Where the elimination stops.
        grid: The ensembles tried on the features that it keeps.
        folds: The number of folds, the same for both.
    """

    selection: Mapping[str, Any] = field(
        default_factory=lambda: {"n_estimators": 1000, "max_depth": 3, "max_features": 9}
    )
    minimum_features: int = 5
    grid: Mapping[str, Sequence[int]] = field(
        default_factory=lambda: {"max_depth": [1, 2, 3], "n_estimators": [500, 1000, 1500, 2000]}
    )
    folds: int = 10

    def fits(self, data: Dataset) -> int:
        """Return how many fits a search on ``data`` cross-validates."""
        steps = len(data.columns) - self.minimum_features + 1
        return self.folds * (steps + len(ParameterGrid(dict(self.grid))))


def search(data: Dataset, plan: Plan) -> dict[str, Any]:
    """Return what `find` finds, and show its progress meanwhile."""
    with progress(plan.fits(data), "cross-validation fits") as scorer:
        return find(data, plan, scorer)


def find(data: Dataset, plan: Plan, scorer: Callable[[str], CountingScorer]) -> dict[str, Any]:
    """Return what was found on the training rows of ``data``, ready to be stored.

    Recursive feature elimination drops the feature that matters least, one at a time, and
    keeps the number of features with the best mean F1; a grid search then picks the size
    of the ensemble on these. Uses all processor cores; ``scorer`` counts the fits.
    """
    selection = _eliminate(data, plan, scorer)
    kept = [
        column for column, chosen in zip(data.columns, selection.support_, strict=True) if chosen
    ]
    grid = _grid_search(data.select(kept), plan, scorer)
    return _record(plan, selection, kept, grid)


def _folds(plan: Plan) -> KFold:
    return KFold(plan.folds, shuffle=True, random_state=42)


def _eliminate(data: Dataset, plan: Plan, scorer: Any) -> RFECV:
    selection = RFECV(
        GradientBoostingClassifier(**BASE_PARAMETERS, **plan.selection),
        step=1,
        min_features_to_select=plan.minimum_features,
        cv=_folds(plan),
        scoring=scorer(SCORING),
        n_jobs=-1,
    )
    return selection.fit(data.train, data.train_labels)


def _grid_search(data: Dataset, plan: Plan, scorer: Any) -> GridSearchCV:
    grid = GridSearchCV(
        GradientBoostingClassifier(**BASE_PARAMETERS),
        dict(plan.grid),
        cv=_folds(plan),
        scoring=scorer(SCORING),
        n_jobs=-1,
        refit=False,
    )
    return grid.fit(data.train, data.train_labels)


def _record(plan: Plan, selection: RFECV, kept: list[str], grid: GridSearchCV) -> dict[str, Any]:
    by_count = selection.cv_results_
    return {
        "command": "python -m training --search",
        "scikit-learn": sklearn.__version__,
        "folds": plan.folds,
        "scoring": SCORING,
        "features": kept,
        "selection": [
            {"features": int(count), "f1": float(mean)}
            for count, mean in zip(by_count["n_features"], by_count["mean_test_score"], strict=True)
        ],
        "parameters": grid.best_params_,
        "f1": float(grid.best_score_),
        "grid": [
            {**parameters, "f1": float(mean)}
            for parameters, mean in zip(
                grid.cv_results_["params"], grid.cv_results_["mean_test_score"], strict=True
            )
        ],
    }
