"""Train the model: ``python -m training [--search | --evaluate] [--folder FOLDER]``."""

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from model import ARTIFACTS, SCORECARD_FILE, parse
from training import dataset
from training.artifacts import (
    CARD,
    CARD_PAGE,
    ESTIMATOR,
    EVIDENCE,
    FIGURES,
    SEARCH,
    read_evidence,
    read_search,
    write_model,
    write_record,
)
from training.baselines import PROCEDURE
from training.card import card
from training.card_page import card_page
from training.compiler import compile_ensemble, contract_measurements
from training.dataset import Dataset
from training.errors import TrainingError
from training.evaluation import OutOfFold, Protocol
from training.evaluation_record import evaluate
from training.export import require_current, scorecard_text
from training.figures import figures
from training.fit import fit
from training.search import Plan, search


def main(
    arguments: Sequence[str] | None = None,
    data: Dataset | None = None,
    protocol: Protocol | None = None,
) -> int:
    """Run the command line; return its exit status.

    Args:
        arguments: The command line without the program's name; the process's own if None.
        data: The patients; the data set of `training.dataset` if None.
        protocol: How an evaluation is done, and what a search tries; in full if None.
    """
    options = _parser().parse_args(arguments)
    data, protocol = data or dataset.load(), protocol or Protocol()
    try:
        if options.search:
            run_search(options.folder, data, protocol.plan)
        elif options.evaluate:
            run_evaluation(options.folder, data, protocol)
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
    write_record(folder / SEARCH, found)
    print(f"{found['parameters']}: cross-validated F1 {found['f1']:.3f}")
    print(f"wrote {os.path.relpath(folder / SEARCH)}; now evaluate it and fit it")


def run_evaluation(folder: Path, data: Dataset, protocol: Protocol) -> None:
    """Evaluate the search and the model that it found, and store the evidence."""
    found = read_search(folder)
    contract_measurements(tuple(found["features"]))
    record = evaluate(data, found, protocol)
    write_record(folder / EVIDENCE, record)
    accuracy = record["metrics"][PROCEDURE]["accuracy"]
    print(
        f"accuracy of the whole procedure {accuracy['value']:.3f} "
        f"({accuracy['low']:.3f} to {accuracy['high']:.3f})"
    )
    print(f"wrote {os.path.relpath(folder / EVIDENCE)}; 'python -m training' writes the card")


def run_fit(folder: Path, data: Dataset) -> None:
    """Fit with what the search stored, compile, and write the model."""
    found = read_search(folder)
    contract_measurements(tuple(found["features"]))
    evidence = read_evidence(folder)
    require_current(evidence, data, found)
    chosen = data.select(found["features"])
    estimator = fit(chosen, found["parameters"])
    compiled = compile_ensemble(estimator, chosen)
    text = scorecard_text(compiled, estimator, chosen, found, evidence)
    write_model(folder, _files(text, chosen, evidence), estimator)
    metrics = parse(text).provenance["metrics"]["holdOut"]
    thresholds = sum(len(feature.thresholds) for feature in compiled.features)
    print(
        f"{len(estimator.estimators_)} trees became {thresholds} thresholds; hold-out F1 "
        f"{metrics['f1']:.3f}: {metrics['missed']} of {metrics['patients']} patients missed, "
        f"{metrics['falseAlarms']} false alarms"
    )
    names = (SCORECARD_FILE, CARD, CARD_PAGE, FIGURES, ESTIMATOR)
    print(f"wrote {', '.join(os.path.relpath(folder / name) for name in names)}")


def _files(text: str, data: Dataset, evidence: Mapping[str, Any]) -> dict[str, str]:
    scorecard = parse(text)
    drawn = figures(scorecard, data, OutOfFold.stored(evidence["patients"]))
    described = card(scorecard, evidence)
    return {
        **{f"{FIGURES}/{name}": svg for name, svg in drawn.items()},
        CARD: described,
        CARD_PAGE: card_page(described),
        SCORECARD_FILE: text,
    }


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m training", description="Train the model.")
    instead = parser.add_mutually_exclusive_group()
    instead.add_argument(
        "--search",
        action="store_true",
        help="select the features and the ensemble's size anew (minutes) instead of fitting",
    )
    instead.add_argument(
        "--evaluate",
        action="store_true",
        help="cross-validate the search and what it found (an hour) instead of fitting",
    )
    parser.add_argument(
        "--folder",
        type=Path,
        default=ARTIFACTS,
        help="where the model's files are read and written (default: the model package)",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
