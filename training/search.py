"""Search for the features and the size of the ensemble by cross-validation."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import compress
from typing import Any

import sklearn
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.feature_selection import RFECV
from sklearn.model_selection import GridSearchCV, KFold, ParameterGrid

from training.dataset import Dataset
from training.fit import BASE_PARAMETERS
from training.progress import CountingScorer, progress

SCORING = "f1"

MakeScorer = Callable[[str], CountingScorer]


@dataclass(frozen=True, slots=True)
class SearchConfig:
    """Settings of a search. The committed search result was made with the defaults.

    Attributes:
        selection: Parameters of the ensemble that ranks the features.
        minimum_features: Smallest number of features tried.
        grid: Parameters of the ensembles tried on the selected features.
        folds: Number of folds of the elimination and of the grid search.
    """

    selection: Mapping[str, Any] = field(
        default_factory=lambda: {"n_estimators": 1000, "max_depth": 3, "max_features": 9}
    )
    minimum_features: int = 5
    grid: Mapping[str, Sequence[int]] = field(
        default_factory=lambda: {"max_depth": [1, 2, 3], "n_estimators": [500, 1000, 1500, 2000]}
    )
    folds: int = 10

    def count_fits(self, data: Dataset) -> int:
        """Return the number of cross-validation fits of a search on ``data``."""
        steps = len(data.columns) - self.minimum_features + 1
        return self.folds * (steps + len(ParameterGrid(dict(self.grid))))

    def split(self) -> KFold:
        """Return the folds of the elimination and of the grid search."""
        return KFold(self.folds, shuffle=True, random_state=42)


def search_with_progress(data: Dataset, config: SearchConfig) -> dict[str, Any]:
    """Return the result of `search` and show a progress bar."""
    with progress(config.count_fits(data)) as make_scorer:
        return search(data, config, make_scorer)


def search(data: Dataset, config: SearchConfig, make_scorer: MakeScorer) -> dict[str, Any]:
    """Return the search result for the training rows of ``data``.

    Recursive feature elimination drops the least important feature, one at a time, and keeps
    the number of features with the best mean F1. A grid search on these then selects the size
    of the ensemble. Uses all processor cores; ``make_scorer`` counts the fits.
    """
    selection = _eliminate(data, config, make_scorer)
    features = list(compress(data.columns, selection.support_))
    grid = _search_grid(data.select(features), config, make_scorer)
    return {
        "command": "python -m training --search",
        "scikit-learn": sklearn.__version__,
        "folds": config.folds,
        "scoring": SCORING,
        "features": features,
        "selection": _selection_scores(selection),
        "parameters": grid.best_params_,
        "f1": float(grid.best_score_),
        "grid": _grid_scores(grid),
    }


def _eliminate(data: Dataset, config: SearchConfig, make_scorer: MakeScorer) -> RFECV:
    selection = RFECV(
        GradientBoostingClassifier(**BASE_PARAMETERS, **config.selection),
        step=1,
        min_features_to_select=config.minimum_features,
        cv=config.split(),
        scoring=make_scorer(SCORING),
        n_jobs=-1,
    )
    return selection.fit(data.train, data.train_labels)


def _search_grid(data: Dataset, config: SearchConfig, make_scorer: MakeScorer) -> GridSearchCV:
    grid = GridSearchCV(
        GradientBoostingClassifier(**BASE_PARAMETERS),
        dict(config.grid),
        cv=config.split(),
        scoring=make_scorer(SCORING),
        n_jobs=-1,
        refit=False,
    )
    return grid.fit(data.train, data.train_labels)


def _selection_scores(selection: RFECV) -> list[dict[str, Any]]:
    results = selection.cv_results_
    pairs = zip(results["n_features"], results["mean_test_score"], strict=True)
    return [{"features": int(count), "f1": float(mean)} for count, mean in pairs]


def _grid_scores(grid: GridSearchCV) -> list[dict[str, Any]]:
    results = grid.cv_results_
    pairs = zip(results["params"], results["mean_test_score"], strict=True)
    return [{**parameters, "f1": float(mean)} for parameters, mean in pairs]
