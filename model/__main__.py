"""Show the model: ``python -m model [VALUE ...] [--scorecard FILE]``."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from model.errors import ScorecardError
from model.features import FEATURES
from model.loading import ARTIFACTS, SCORECARD_FILE, load
from model.parsing import parse_values
from model.scorecard import Scorecard
from model.table import table, worked

NAMES = ", ".join(measurement.name for measurement in FEATURES)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return its exit status.

    Args:
        arguments: The command line without the program's name; the process's own if None.
    """
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        scorecard = load(options.scorecard)
    except ScorecardError as error:
        print(f"there is no model to show: {error}.", file=sys.stderr)
        return 1
    if not options.values:
        print(table(scorecard), end="")
        return 0
    try:
        values = measured(scorecard, options.values)
    except ValueError as error:
        parser.error(str(error))
    print(worked(scorecard, values), end="")
    return 0


def measured(scorecard: Scorecard, texts: Sequence[str]) -> tuple[float, ...]:
    """Return the measurements that ``texts`` are, in the order of the features.

    Raises:
        ValueError: There are fewer or more of them, or one isn't a finite number of 0 or
            more; the message names it and doesn't repeat it.
    """
    names = [feature.name for feature in scorecard.features]
    if len(texts) != len(names):
        raise ValueError(f"give a value for each of: {', '.join(names)}; or none, for the table")
    return tuple(_measurement(*pair) for pair in zip(names, texts, strict=True))


def _measurement(name: str, text: str) -> float:
    try:
        return parse_values([text])[0]
    except ValueError:
        raise ValueError(f"'{name}' must be a finite number, 0 or more") from None


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m model",
        description="Print the model as a table to add up by hand, or the sum for one patient.",
    )
    parser.add_argument("values", metavar="VALUE", nargs="*", help=f"a patient's {NAMES}")
    parser.add_argument(
        "--scorecard",
        metavar="FILE",
        type=Path,
        default=ARTIFACTS / SCORECARD_FILE,
        help="another scorecard than the model's own",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
