"""Print the model, or the calculation for one patient: ``python -m model [VALUE ...]``."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from model.errors import ScorecardError
from model.features import FEATURES
from model.loading import ARTIFACTS, SCORECARD_FILE, load
from model.parsing import parse_values
from model.scorecard import Scorecard
from model.table import format_calculation, format_table

NAMES = ", ".join(feature.name for feature in FEATURES)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit status.

    Args:
        arguments: Command-line arguments without the program name; ``sys.argv``'s if None.
    """
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        scorecard = load(options.scorecard)
    except ScorecardError as error:
        print(f"cannot load the scorecard: {error}.", file=sys.stderr)
        return 1
    if not options.values:
        print(format_table(scorecard), end="")
        return 0
    try:
        values = _parse_observation(scorecard, options.values)
    except ValueError as error:
        parser.error(str(error))
    print(format_calculation(scorecard, values), end="")
    return 0


def _parse_observation(scorecard: Scorecard, texts: Sequence[str]) -> tuple[float, ...]:
    names = [feature.name for feature in scorecard.features]
    if len(texts) != len(names):
        raise ValueError(f"give {len(names)} values ({', '.join(names)}), or none for the table")
    return tuple(_parse_measurement(*pair) for pair in zip(names, texts, strict=True))


def _parse_measurement(name: str, text: str) -> float:
    try:
        return parse_values([text])[0]
    except ValueError:
        raise ValueError(f"'{name}' must be a finite number, 0 or more") from None


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m model",
        description="Print the model as a table, or the calculation of one patient's score.",
    )
    parser.add_argument("values", metavar="VALUE", nargs="*", help=f"a patient's {NAMES}")
    parser.add_argument(
        "--scorecard",
        metavar="FILE",
        type=Path,
        default=ARTIFACTS / SCORECARD_FILE,
        help="scorecard to use (default: the one in model/artifacts)",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
