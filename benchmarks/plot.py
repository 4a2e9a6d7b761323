"""How every plot of a benchmark is written."""

from pathlib import Path

from matplotlib import rc_context
from matplotlib.figure import Figure


def save(figure: Figure, path: Path) -> None:
    """Write ``figure`` as an SVG: the same figures, the same file."""
    # As text that a reader can select, and without a date.
    with rc_context({"svg.fonttype": "none", "svg.hashsalt": path.stem}):
        figure.savefig(path, metadata={"Date": None})
