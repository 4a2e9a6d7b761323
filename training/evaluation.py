"""Predictions about patients that the model has not seen: the evidence, in the raw.

Everything that is said about how good the model is derives from these. Getting them takes
most of an hour, for the search runs anew inside each fold; they are therefore stored.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
from sklearn.model_selection import StratifiedKFold, cross_val_predict

from training.baselines import Candidate
from training.dataset import Dataset, Indices, Labels, Probabilities
from training.fit import fit
from training.progress import CountingScorer, progress
from training.search import Plan, find

PLACES = 9
"""Decimal places of a stored probability; none is nearer to 0 or 1 than the last of them."""


@dataclass(frozen=True, slots=True)
class Protocol:
    """How the evaluation is done; the defaults are what the stored one was done with.

    Attributes:
        plan: The search that runs inside each fold.
        folds: The number of outer folds, stratified by label.
        seeds: The shuffle of each repetition. Only the first has the search in it.
    """

    plan: Plan = field(default_factory=Plan)
    folds: int = 10
    seeds: Sequence[int] = tuple(range(42, 52))

    def split(self, seed: int) -> StratifiedKFold:
        """Return the folds of one repetition."""
        return StratifiedKFold(self.folds, shuffle=True, random_state=seed)

    def folds_of(self, data: Dataset) -> Indices:
        """Return each patient's fold in the first repetition, in the order of `pooled`."""
        rows, labels = data.pooled()
        folds = np.empty(len(rows), dtype=np.int64)
        for number, (_, test) in enumerate(self.split(self.seeds[0]).split(rows, labels)):
            folds[test] = number
        return folds


@dataclass(frozen=True, slots=True)
class OutOfFold:
    """What models say about patients whom they haven't seen, in the order of `Dataset.pooled`.

    Attributes:
        labels: 1 for malignant, shape (patients,).
        folds: The number of the fold that left the patient out, shape (patients,).
        models: The probabilities of malignancy by each model's name, shape (patients,).
    """

    labels: Labels
    folds: Indices
    models: Mapping[str, Probabilities]

    def table(self) -> dict[str, Any]:
        """Return this as columns and rows, ready to be stored."""
        columns = [self.labels.tolist(), self.folds.tolist()]
        columns += [model.tolist() for model in self.models.values()]
        rows = [list(row) for row in zip(*columns, strict=True)]
        return {"columns": ["label", "fold", *self.models], "rows": rows}

    @classmethod
    def stored(cls, table: Mapping[str, Any]) -> Self:
        """Return what `table` returned."""
        labels, folds, *models = zip(*table["rows"], strict=True)
        named = zip(table["columns"][2:], map(np.array, models), strict=True)
        return cls(np.array(labels), np.array(folds), dict(named))


def nested(data: Dataset, protocol: Protocol) -> tuple[Probabilities, list[dict[str, Any]]]:
    """Return the out-of-fold probabilities of the whole procedure, and what each fold chose.

    In each fold nine tenths of the patients go through elimination, grid search and fit,
    and the rest is predicted: no choice has seen the patient that it is judged by.
    Uses all processor cores and shows its progress.

    Returns:
        One probability of malignancy per patient, in the order of `Dataset.pooled`, and per
        fold the number of the fold, its features, parameters and inner F1.
    """
    rows, labels = data.pooled()
    probabilities = np.empty(len(rows))
    chosen = []
    fits = protocol.folds * protocol.plan.fits(data)
    with progress(fits, "cross-validation fits") as scorer:
        folds = protocol.split(protocol.seeds[0]).split(rows, labels)
        for number, (train, test) in enumerate(folds):
            fold = data.fold(train, test)
            found, probabilities[test] = _procedure(fold, protocol.plan, scorer)
            kept = {key: found[key] for key in ("features", "parameters", "f1")}
            chosen.append({"fold": number, **kept})
    return _storable(probabilities), chosen


def _procedure(
    fold: Dataset, plan: Plan, scorer: Callable[[str], CountingScorer]
) -> tuple[dict[str, Any], Probabilities]:
    found = find(fold, plan, scorer)
    seen = fold.select(found["features"])
    estimator = fit(seen, found["parameters"])
    return found, estimator.predict_proba(seen.test)[:, 1]


def out_of_fold(candidate: Candidate, data: Dataset, split: StratifiedKFold) -> Probabilities:
    """Return ``candidate``'s probability for each patient, from the fold that left it out.

    They are in the order of `Dataset.pooled`. ``data`` has the candidate's columns.
    """
    rows, labels = data.pooled()
    predicted = cross_val_predict(
        candidate.make(), rows, labels, cv=split, method="predict_proba", n_jobs=-1
    )
    return _storable(predicted[:, 1])


def _storable(probabilities: Probabilities) -> Probabilities:
    nearest = 10.0**-PLACES
    return np.clip(probabilities.round(PLACES), nearest, 1 - nearest)
