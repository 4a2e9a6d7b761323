"""Run the walkthrough and store its outputs: ``python -m training.walkthrough``.

No other module imports this one: training itself needs no Jupyter.
"""

import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat
from nbclient import NotebookClient

NOTEBOOK = Path(__file__).with_suffix(".ipynb")

# Without the interpreter's version, which a kernel would add: any may run it.
_METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"file_extension": ".py", "name": "python"},
}
_SECONDS = 600


def run(text: str, folder: Path) -> str:
    """Return the notebook ``text`` with the outputs that its code has now.

    The kernel reads none of the user's IPython settings, and no output says when it ran.

    Args:
        text: A notebook, as its file holds it.
        folder: Where the kernel runs; Jupyter takes the notebook's own folder.

    Raises:
        CellExecutionError: A cell raised an exception.
    """
    notebook = nbformat.reads(text, as_version=4)
    client = NotebookClient(
        notebook,
        kernel_name="python3",
        timeout=_SECONDS,
        resources={"metadata": {"path": str(folder)}},
        record_timing=False,
        coalesce_streams=True,
    )
    with TemporaryDirectory() as settings:
        environment = {**os.environ, "IPYTHONDIR": settings}
        client.execute(env=environment, transport_encryption="auto")
    notebook.metadata = _METADATA
    return f"{nbformat.writes(notebook)}\n"


def differing(stored: str, fresh: str) -> list[str]:
    """Return the ids of the cells that are not the same in both notebooks."""
    before, after = (nbformat.reads(text, as_version=4).cells for text in (stored, fresh))
    return [cell.id for cell, other in zip(before, after, strict=True) if cell != other]


def main(path: Path = NOTEBOOK) -> int:
    """Store the outputs in the notebook at ``path`` anew; return 0 for success."""
    stored = path.read_text(encoding="utf-8")
    fresh = run(stored, path.parent)
    path.write_text(fresh, encoding="utf-8")
    print(f"{path.name}: {len(differing(stored, fresh))} cells changed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
