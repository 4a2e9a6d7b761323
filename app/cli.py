"""The command line: ``python -m app COMMAND``.

Each command imports what it needs itself: FastAPI takes longer to load than 10,000 rows to score.
"""

import argparse
from collections.abc import Sequence

from app import scoring


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return its exit status.

    Args:
        arguments: The arguments after the program's name; those of the process if None.
    """
    options = _parser().parse_args(arguments)
    status: int = options.run(options)
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m app", description="Commands of the service.")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for run in (key, settings):
        commands.add_parser(run.__name__, help=run.__doc__).set_defaults(run=run)
    score = commands.add_parser("score", help="Add a prediction to each row of a CSV.")
    scoring.add_arguments(score)
    score.set_defaults(run=scoring.run)
    return parser


def key(_options: argparse.Namespace) -> int:
    """Create an API key, and print it and its digest."""
    from app.middleware.api_key import HEADER, digest, new_key

    created = new_key()
    print(f"""\
key     {created}
        Give it to the caller, who sends it as {HEADER}. It is shown only once.
digest  {digest(created).hex()}
        Add it to the service's API_KEYS, separated from others by a comma.""")
    return 0


def settings(_options: argparse.Namespace) -> int:
    """Print all settings as a table."""
    from app.settings import format_table

    print(format_table())
    return 0
