"""Train the model: ``python -m training [--search] [--folder FOLDER]``."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from model import HOME, SCORECARD, parse
from training import dataset
from training.artefact import (
    ESTIMATOR,
    SEARCH,
    read_search,
    scorecard_text,
    write_model,
    write_search,
)
from training.compiler import compile_ensemble, contract_measurements
from training.dataset import Dataset
from training.errors import TrainingError
from training.fit import fit
from training.search import Plan, search


def main(
    arguments: Sequence[str] | None = None,
    data: Dataset | None = None,
    plan: Plan | None = None,
) -> int:
    """Run the command line; return its exit status.

    Args:
        arguments: The command line without the program's name; the process's own if None.
        data: The patients; the data set of `training.dataset` if None.
        plan: What a search tries; the full search if None.
    """
    options = _parser().parse_args(arguments)
    data = data or dataset.load()
    try:
        if options.search:
            run_search(options.folder, data, plan or Plan())
        else:
            run_fit(options.folder, data)
    except TrainingError as error:
        print(f"training stopped, nothing was changed: {error}.", file=sys.stderr)
        return 1
    return 0


def run_search(folder: Path, data: Dataset, plan: Plan) -> None:
    """Search and store what was found, unless the features are not the contract's."""
    found = search(data, plan)
    contract_measurements(tuple(found["features"]))
    write_search(folder, found)
    print(f"{found['parameters']}: cross-validated F1 {found['f1']:.3f}")
    print(f"wrote {os.path.relpath(folder / SEARCH)}; 'python -m training' fits what was found")


def run_fit(folder: Path, data: Dataset) -> None:
    """Fit with what the search stored, compile, and write the model."""
    found = read_search(folder)
    contract_measurements(tuple(found["features"]))
    chosen = data.select(found["features"])
    estimator = fit(chosen, found["parameters"])
    compiled = compile_ensemble(estimator, chosen)
    text = scorecard_text(compiled, estimator, chosen, found)
    write_model(folder, text, estimator)
    metrics = parse(text).provenance["metrics"]["holdOut"]
    thresholds = sum(len(feature.thresholds) for feature in compiled.features)
    print(
        f"{len(estimator.estimators_)} trees became {thresholds} thresholds; hold-out F1 "
        f"{metrics['f1']:.3f}: {metrics['missed']} of {metrics['patients']} patients missed, "
        f"{metrics['falseAlarms']} false alarms"
    )
    written = (os.path.relpath(folder / name) for name in (SCORECARD, ESTIMATOR))
    print(f"wrote {' and '.join(written)}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m training", description="Train the model.")
    parser.add_argument(
        "--search",
        action="store_true",
        help="select the features and the ensemble's size anew (minutes) instead of fitting",
    )
    parser.add_argument(
        "--folder",
        type=Path,
        default=HOME,
        help="where the model's files are read and written (default: the model package)",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
