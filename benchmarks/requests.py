"""Requests with known correct responses, over observations from the training ranges."""

import json
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import model

Values = tuple[float, ...]
"""The measurements of one observation, in the order of the model's features."""

NAMES = tuple(feature.name for feature in model.FEATURES)

KNOWN: dict[Values, int] = {
    (0.07951, 24.86, 26.58, 1866.0, 0.01): 1,
    (0.03821, 14.97, 24.64, 677.9, 0.1015): 0,
    (0.19, 33.13, 23.58, 3234.0, 0.28): 1,
}
"""Observations with their labels, recorded before this service existed."""

RANDOM_OBSERVATIONS = 100
"""How many random observations are checked besides the known ones."""


@dataclass(frozen=True)
class Request:
    """A POST request and the check of its response.

    Attributes:
        path: Path of the endpoint, such as ``/predict``.
        body: JSON body.
        is_correct: Returns whether a parsed response is correct.
    """

    path: str
    body: bytes
    is_correct: Callable[[Any], bool]


def random_observations(count: int) -> Iterator[Values]:
    """Yield observations from the training ranges, with four digits, the same on each call."""
    generator = random.Random(0)  # noqa: S311
    ranges = [(feature.minimum, feature.maximum) for feature in model.load().features]
    for _ in range(count):
        yield tuple(float(f"{generator.uniform(*limits):.4g}") for limits in ranges)


def named(values: Sequence[float]) -> dict[str, float]:
    """Return an observation as the JSON object that this service takes."""
    return dict(zip(NAMES, values, strict=True))


def prediction_requests(
    path: str,
    encode: Callable[[Sequence[float]], Any] = named,
    decode: Callable[[Any], Any] = lambda response: response["prediction"],
) -> list[Request]:
    """Return one request per known and random observation.

    Args:
        path: Path of the prediction endpoint.
        encode: Turns an observation into the request's JSON value.
        decode: Returns the label from a parsed response.
    """

    def request(values: Values, label: int) -> Request:
        body = json.dumps(encode(values)).encode()
        return Request(path, body, lambda response: bool(decode(response) == label))

    return [request(values, label) for values, label in _labels().items()]


def batch_request(rows: int) -> Request:
    """Return one request to ``/predict/batch`` with this number of random observations."""
    observations = list(random_observations(rows))
    labels = list(map(model.load().label, observations))
    return Request(
        "/predict/batch",
        json.dumps(list(map(named, observations))).encode(),
        lambda response: [row["prediction"] for row in response] == labels,
    )


@cache
def _labels() -> dict[Values, int]:
    label = model.load().label
    return {**{row: label(row) for row in random_observations(RANDOM_OBSERVATIONS)}, **KNOWN}
