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
    CARD_FILE,
    CARD_PAGE_FILE,
    ESTIMATOR_FILE,
    EVALUATION_FILE,
    FIGURES_FOLDER,
    SEARCH_FILE,
    read_evaluation_record,
    read_search_result,
    write_artifacts,
    write_record,
)
from training.baselines import PROCEDURE
from training.card import render_card
from training.card_page import render_card_page
from training.compiler import compile_ensemble, require_contract
from training.dataset import Dataset
from training.errors import TrainingError
from training.evaluation import EvaluationConfig, OutOfFold
from training.evaluation_record import evaluate
from training.export import export_scorecard, require_current
from training.figures import draw_figures
from training.fit import fit
from training.search import search_with_progress


def main(
    arguments: Sequence[str] | None = None,
    data: Dataset | None = None,
    config: EvaluationConfig | None = None,
) -> int:
    """Run the command line and return its exit status.

    Args:
        arguments: Arguments of the command line; those of the process by default.
        data: All patients; by default those of `training.dataset`.
        config: Settings of the search and the evaluation.
    """
    options = _parser().parse_args(arguments)
    data, config = data or dataset.load(), config or EvaluationConfig()
    try:
        options.run(options.folder, data, config)
    except TrainingError as error:
        print(f"training stopped, no file was changed: {error}.", file=sys.stderr)
        return 1
    return 0


def run_search(folder: Path, data: Dataset, config: EvaluationConfig) -> None:
    """Search, and write the result if its features are those of the request contract."""
    result = search_with_progress(data, config.search)
    require_contract(tuple(result["features"]))
    write_record(folder / SEARCH_FILE, result)
    print(f"{result['parameters']}: cross-validated F1 {result['f1']:.3f}")
    print(f"wrote {os.path.relpath(folder / SEARCH_FILE)}; now evaluate it and fit it")


def run_evaluation(folder: Path, data: Dataset, config: EvaluationConfig) -> None:
    """Evaluate the search and the model that it selected, and write the record."""
    record = evaluate(data, _read_servable_result(folder), config)
    write_record(folder / EVALUATION_FILE, record)
    accuracy = record["metrics"][PROCEDURE]["accuracy"]
    print(
        f"accuracy of the whole procedure {accuracy['value']:.3f} "
        f"({accuracy['low']:.3f} to {accuracy['high']:.3f})"
    )
    written = os.path.relpath(folder / EVALUATION_FILE)
    print(f"wrote {written}; 'python -m training' writes the card")


def run_fit(folder: Path, data: Dataset, _: EvaluationConfig) -> None:
    """Fit and compile the selected model, and write all artifacts."""
    search_result, record = _read_servable_result(folder), read_evaluation_record(folder)
    require_current(record, data, search_result)
    selected = data.select(search_result["features"])
    estimator = fit(selected, search_result["parameters"])
    compiled = compile_ensemble(estimator, selected)
    text = export_scorecard(compiled, estimator, selected, search_result, record)
    write_artifacts(folder, _render(text, selected, record), estimator)
    print(_summarize(text))
    names = (SCORECARD_FILE, CARD_FILE, CARD_PAGE_FILE, FIGURES_FOLDER, ESTIMATOR_FILE)
    print(f"wrote {', '.join(os.path.relpath(folder / name) for name in names)}")


def _read_servable_result(folder: Path) -> dict[str, Any]:
    result = read_search_result(folder)
    require_contract(tuple(result["features"]))
    return result


def _render(text: str, data: Dataset, record: Mapping[str, Any]) -> dict[str, str]:
    scorecard = parse(text)
    figures = draw_figures(scorecard, data, OutOfFold.from_table(record["patients"]))
    card = render_card(scorecard, record)
    return {
        **{f"{FIGURES_FOLDER}/{name}": svg for name, svg in figures.items()},
        CARD_FILE: card,
        CARD_PAGE_FILE: render_card_page(card),
        SCORECARD_FILE: text,  # Last, so that the files describing it exist when it does.
    }


def _summarize(text: str) -> str:
    scorecard = parse(text)
    metrics = scorecard.provenance["metrics"]["holdOut"]
    trees = scorecard.provenance["parameters"]["n_estimators"]
    thresholds = sum(len(feature.thresholds) for feature in scorecard.features)
    return (
        f"{trees} trees became {thresholds} thresholds; hold-out F1 {metrics['f1']:.3f}: "
        f"{metrics['missed']} of {metrics['patients']} patients missed, "
        f"{metrics['falseAlarms']} false alarms"
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m training", description="Train the model.")
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument(
        "--search",
        action="store_const",
        dest="run",
        const=run_search,
        default=run_fit,
        help="select the features and the size of the ensemble (minutes) instead of fitting",
    )
    mode.add_argument(
        "--evaluate",
        action="store_const",
        dest="run",
        const=run_evaluation,
        help="cross-validate the search and the selected model (an hour) instead of fitting",
    )
    parser.add_argument(
        "--folder",
        type=Path,
        default=ARTIFACTS,
        help="folder of the artifacts (default: model/artifacts)",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
