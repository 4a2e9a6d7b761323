"""The model without a server: ``python -m benchmarks.model``.

The scorecard, the estimator that it was compiled from, and that estimator under ONNX Runtime
predict the same rows, one by one and all at once; and what they say is compared.
"""

import argparse
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from math import inf
from pathlib import Path
from typing import Any

import numpy as np

import model
from benchmarks import report
from benchmarks.turns import take_turns
from benchmarks.ways import (
    ONNX_RUNTIME,
    OURS,
    SCIKIT_LEARN,
    OnnxRuntime,
    Ours,
    Rows,
    ScikitLearn,
    Way,
)
from training import dataset
from training.artifacts import read_search
from training.fit import fit

ROOT = Path(__file__).parent.parent

# Rows that are predicted one by one in a round: as many as take each about a tenth of a second.
_ONE_BY_ONE = {OURS: 50_000, SCIKIT_LEARN: 250, ONNX_RUNTIME: 5_000}


def compared(scorecard: model.Scorecard) -> dict[str, Way]:
    """Return the three ways; the estimator is fitted anew, as `make train` fits it."""
    data = dataset.load().select([feature.column for feature in scorecard.features])
    estimator = fit(data, read_search(model.ARTIFACTS)["parameters"])
    return {
        OURS: Ours(scorecard),
        SCIKIT_LEARN: ScikitLearn(estimator),
        ONNX_RUNTIME: OnnxRuntime(estimator),
    }


def uniform(scorecard: model.Scorecard, number: int) -> Rows:
    """Return observations from all over the training ranges, the same ones each time."""
    chance = np.random.default_rng(0)
    lowest, highest = zip(
        *((each.minimum, each.maximum) for each in scorecard.features), strict=True
    )
    return chance.uniform(lowest, highest, (number, len(scorecard.features)))


def beside_thresholds(scorecard: model.Scorecard, number: int) -> Rows:
    """Return observations whose values are all a threshold or one of its two neighbours."""
    chance = np.random.default_rng(1)
    columns = []
    for feature in scorecard.features:
        on = np.array(feature.thresholds)
        columns.append(
            chance.choice([*on, *np.nextafter(on, -inf), *np.nextafter(on, inf)], number)
        )
    return np.column_stack(columns)


def agreement(ways: Mapping[str, Way], rows: Rows) -> dict[str, Any]:
    """Return how often each way's label is scikit-learn's, and how far its probability is off."""
    labels, probabilities = ways[SCIKIT_LEARN].answers(rows)
    found = {}
    for name in (OURS, ONNX_RUNTIME):
        own_labels, own_probabilities = ways[name].answers(rows)
        found[name] = {
            "rows": len(rows),
            "same": int((own_labels == labels).sum()),
            "furthest": float(np.abs(own_probabilities - probabilities).max()),
        }
    return found


def measure(number: int, rounds: int) -> dict[str, Any]:
    """Return microseconds per row, and the agreement, over ``number`` rows."""
    scorecard = model.load()
    ways = compared(scorecard)
    rows = uniform(scorecard, number)
    few = {name: way.singles(rows[: _ONE_BY_ONE[name]]) for name, way in ways.items()}
    whole = {name: way.whole(rows) for name, way in ways.items()}
    one = {name: partial(_one_by_one, way.predict, few[name]) for name, way in ways.items()}
    many = {name: partial(_at_once, way.predict_all, whole[name]) for name, way in ways.items()}
    return {
        "one": take_turns(one, rounds, "rounds of one row"),
        "many": take_turns(many, rounds, f"rounds of {number:,} rows"),
        "agreement": {
            "uniform": agreement(ways, rows),
            "beside thresholds": agreement(ways, beside_thresholds(scorecard, number)),
        },
    }


def _one_by_one(predict: Callable[[Any], Any], singles: Sequence[Any]) -> float:
    began = time.perf_counter()
    for single in singles:
        predict(single)
    return _microseconds(began, len(singles))


def _at_once(predict_all: Callable[[Any], Any], whole: Sequence[Any]) -> float:
    began = time.perf_counter()
    predict_all(whole)
    return _microseconds(began, len(whole))


def _microseconds(began: float, rows: int) -> float:
    return (time.perf_counter() - began) / rows * 1e6


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.model")
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--output", type=Path, default=ROOT / "benchmarks")
    options = parser.parse_args(arguments)
    report.write(options.output, "model", measure(options.rows, options.rounds))


if __name__ == "__main__":
    main()
