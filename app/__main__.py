"""``python -m app``: serve from wherever this is started, and what goes with serving.

Inside Lambda, or its emulator, `AWS_LAMBDA_RUNTIME_API` is set, and this process becomes
the function's runtime. Anywhere else it serves with uvicorn, as the settings say.
"""

import argparse
import os
import sys
from collections.abc import Sequence

HANDLER = "app.lambda_handler.handler"


def main() -> None:
    """Be what the environment and the command line ask for, then exit."""
    if "AWS_LAMBDA_RUNTIME_API" in os.environ:
        run_function()
    else:
        sys.exit(run_command(sys.argv[1:]))


def run_function() -> None:
    """Take invocations from Lambda's runtime interface."""
    # Imported here, as only one of the two is needed, and Lambda's zip has neither.
    from awslambdaric.__main__ import main as take_invocations

    take_invocations([sys.argv[0], HANDLER])


def run_command(arguments: Sequence[str]) -> int:
    """Do what ``arguments`` say; return the exit status, 2 for what nobody can do."""
    options = _parser().parse_args(arguments)
    status: int = options.run(options)
    return status


def _parser() -> argparse.ArgumentParser:
    from app import scoring

    parser = argparse.ArgumentParser(
        prog="python -m app",
        description="Serve the model over HTTP, until told to stop; or do what COMMAND says.",
    )
    parser.set_defaults(run=serve)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    for run in (key, settings):
        commands.add_parser(run.__name__, help=run.__doc__).set_defaults(run=run)
    scored = commands.add_parser("score", help="Put a prediction behind each row of a CSV.")
    scoring.add_arguments(scored)
    scored.set_defaults(run=scoring.run)
    return parser


def key(_: argparse.Namespace) -> int:
    """Make an API key, and print it and its digest."""
    from app.keys import announce, new_key

    print(announce(new_key()))
    return 0


def settings(_: argparse.Namespace) -> int:
    """Print all settings as a table."""
    from app.settings import table

    print(table())
    return 0


def serve(_: argparse.Namespace) -> int:
    """Take HTTP requests."""
    from app.server import serve as take_requests
    from app.settings import Settings, SettingsError

    try:
        found = Settings.from_environment(os.environ)
    except SettingsError as error:
        print(f"python -m app: {error}", file=sys.stderr)
        return 2
    return take_requests(found)


if __name__ == "__main__":
    main()
