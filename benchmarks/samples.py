"""Observations to send, spread evenly over the ranges of the training data."""

import json
import random
from collections.abc import Iterator

import model
from benchmarks.contenders import Question

Values = tuple[float, ...]
"""The measurements of one scan, in the order of the model's features."""

NAMES = tuple(measurement.name for measurement in model.FEATURES)


def observations(count: int) -> Iterator[Values]:
    """Yield so many observations, the same ones each time, with four digits as data has."""
    chance = random.Random(0)  # noqa: S311
    ranges = [(feature.minimum, feature.maximum) for feature in model.load().features]
    for _ in range(count):
        yield tuple(float(f"{chance.uniform(*each):.4g}") for each in ranges)


def batch(rows: int) -> Question:
    """Return so many observations as one request to ``/predict/batch``."""
    sent = list(observations(rows))
    body = json.dumps([dict(zip(NAMES, values, strict=True)) for values in sent]).encode()
    scorecard = model.load()
    labels = [scorecard.label(values) for values in sent]
    return Question(
        "/predict/batch",
        body,
        lambda answer: [each["prediction"] for each in answer] == labels,
    )
