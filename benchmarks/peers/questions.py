"""What every server is asked, and what the estimator itself answers."""

import json
import os
from collections.abc import Callable, Sequence
from functools import cache, partial
from pathlib import Path
from typing import Any

import joblib

from benchmarks.contenders import Question
from benchmarks.samples import NAMES, Values, observations
from benchmarks.serving import ROOT

KNOWN: dict[Values, int] = {
    (0.07951, 24.86, 26.58, 1866.0, 0.01): 1,
    (0.03821, 14.97, 24.64, 677.9, 0.1015): 0,
    (0.19, 33.13, 23.58, 3234.0, 0.28): 1,
}
"""Observations whose labels have been known since before this service; the first is the load."""

CHANCE = 100
"""How many observations are made by chance, besides."""


def questions(
    path: str, body: Callable[[Sequence[float]], Any], label: Callable[[Any], Any]
) -> list[Question]:
    """Return the questions about all observations, in the form that one server has them in.

    Args:
        path: Where it predicts.
        body: Returns the request about one observation, which JSON can hold.
        label: Returns the label in an answer.
    """
    return [
        Question(path, json.dumps(body(values)).encode(), partial(_says, label, right))
        for values, right in labels().items()
    ]


def estimator() -> Path:
    """Return the file with the fitted estimator, which `make train` writes."""
    return Path(os.environ.get("ESTIMATOR", ROOT / "model" / "artifacts" / "clf.joblib")).absolute()


def named(values: Sequence[float]) -> dict[str, float]:
    """Return an observation as our service takes it."""
    return dict(zip(NAMES, values, strict=True))


@cache
def labels() -> dict[Values, int]:
    """Return the label of each observation, all but the known ones from the estimator."""
    made = list(observations(CHANCE))
    predicted = joblib.load(estimator()).predict(made).tolist()
    return {**KNOWN, **dict(zip(made, predicted, strict=True))}


def _says(label: Callable[[Any], Any], right: int, answer: Any) -> bool:
    return bool(label(answer) == right)
