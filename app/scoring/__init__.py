"""Score a CSV file: ``python -m app score``."""

from app.scoring.command import add_arguments, run

__all__ = ["add_arguments", "run"]
