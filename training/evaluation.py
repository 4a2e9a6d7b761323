"""Out-of-fold predictions: each patient is predicted by a model that was not fitted on them.

All metrics in the model card are computed from these predictions. The search is repeated in
every fold, which takes most of an hour, so the predictions are stored.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
from sklearn.model_selection import StratifiedKFold, cross_val_predict

from training.baselines import Baseline
from training.dataset import Dataset, Indices, Labels, Probabilities
from training.fit import fit
from training.progress import progress
from training.search import MakeScorer, SearchConfig, search

PLACES = 9
"""Decimal places of a stored probability. All are at least this far from 0 and 1."""


@dataclass(frozen=True, slots=True)
class EvaluationConfig:
    """Settings of an evaluation. The committed evaluation record was made with the defaults.

    Attributes:
        search: Settings of the search in each fold.
        folds: Number of outer folds, stratified by label.
        seeds: Shuffle of each repetition. Only the first one includes the search.
        resamples: Number of bootstrap resamples for the intervals.
    """

    search: SearchConfig = field(default_factory=SearchConfig)
    folds: int = 10
    seeds: Sequence[int] = tuple(range(42, 52))
    resamples: int = 1000

    def split(self, seed: int) -> StratifiedKFold:
        """Return the outer folds of one repetition."""
        return StratifiedKFold(self.folds, shuffle=True, random_state=seed)

    def assign_folds(self, data: Dataset) -> Indices:
        """Return each patient's fold in the first repetition, in the order of `pooled`."""
        rows, labels = data.pooled()
        folds = np.empty(len(rows), dtype=np.int64)
        for number, (_, test) in enumerate(self.split(self.seeds[0]).split(rows, labels)):
            folds[test] = number
        return folds


@dataclass(frozen=True, slots=True)
class OutOfFold:
    """Out-of-fold predictions, in the order of `Dataset.pooled`.

    Attributes:
        labels: 1 for malignant, shape (patients,).
        folds: Fold that the patient was held out in, shape (patients,).
        models: Probabilities of malignancy by model name, shape (patients,).
    """

    labels: Labels
    folds: Indices
    models: Mapping[str, Probabilities]

    def to_table(self) -> dict[str, Any]:
        """Return the columns and rows for the evaluation record."""
        columns = [self.labels.tolist(), self.folds.tolist()]
        columns += [model.tolist() for model in self.models.values()]
        rows = [list(row) for row in zip(*columns, strict=True)]
        return {"columns": ["label", "fold", *self.models], "rows": rows}

    @classmethod
    def from_table(cls, table: Mapping[str, Any]) -> Self:
        """Return the predictions in ``table``, a result of `to_table`."""
        labels, folds, *models = zip(*table["rows"], strict=True)
        named = zip(table["columns"][2:], map(np.array, models), strict=True)
        return cls(np.array(labels), np.array(folds), dict(named))


def evaluate_procedure(
    data: Dataset, config: EvaluationConfig
) -> tuple[Probabilities, list[dict[str, Any]]]:
    """Return out-of-fold predictions of the whole procedure (nested cross-validation).

    Each fold repeats elimination, grid search and fit without its own patients, and then
    predicts them. Uses all processor cores and shows a progress bar.

    Returns:
        The probability of malignancy for each patient, in the order of `Dataset.pooled`, and
        for each fold its number, features, parameters and inner F1.
    """
    rows, labels = data.pooled()
    probabilities, choices = np.empty(len(rows)), []
    with progress(config.folds * config.search.count_fits(data)) as make_scorer:
        folds = config.split(config.seeds[0]).split(rows, labels)
        for number, (train, test) in enumerate(folds):
            fold = data.fold(train, test)
            choice, probabilities[test] = _search_and_fit(fold, config.search, make_scorer)
            choices.append({"fold": number, **choice})
    return _storable(probabilities), choices


def _search_and_fit(
    fold: Dataset, config: SearchConfig, make_scorer: MakeScorer
) -> tuple[dict[str, Any], Probabilities]:
    result = search(fold, config, make_scorer)
    selected = fold.select(result["features"])
    estimator = fit(selected, result["parameters"])
    choice = {key: result[key] for key in ("features", "parameters", "f1")}
    return choice, estimator.predict_proba(selected.test)[:, 1]


def evaluate_baseline(baseline: Baseline, data: Dataset, split: StratifiedKFold) -> Probabilities:
    """Return out-of-fold predictions of ``baseline`` on ``data``, which has all columns."""
    rows, labels = baseline.select(data).pooled()
    predicted = cross_val_predict(
        baseline.make_estimator(), rows, labels, cv=split, method="predict_proba", n_jobs=-1
    )
    return _storable(predicted[:, 1])


def _storable(probabilities: Probabilities) -> Probabilities:
    nearest = 10.0**-PLACES
    return np.clip(probabilities.round(PLACES), nearest, 1 - nearest)
