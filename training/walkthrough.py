"""Execute the walkthrough and store its outputs: ``python -m training.walkthrough``.

No other module imports this one, because training itself does not need Jupyter.
"""

import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat
from nbclient import NotebookClient

from model.files import atomic_write

NOTEBOOK = Path(__file__).with_suffix(".ipynb")

# Without the Python version, which the kernel would add.
_METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"file_extension": ".py", "name": "python"},
}
_TIMEOUT_SECONDS = 600


def execute(text: str, folder: Path) -> str:
    """Return the notebook ``text`` with new outputs.

    The kernel ignores the user's IPython settings. The outputs contain no execution times.

    Args:
        text: Content of a notebook file.
        folder: Working folder of the kernel; Jupyter uses the notebook's own.

    Raises:
        CellExecutionError: A cell raised an exception.
    """
    notebook = nbformat.reads(text, as_version=4)
    client = NotebookClient(
        notebook,
        kernel_name="python3",
        timeout=_TIMEOUT_SECONDS,
        resources={"metadata": {"path": str(folder)}},
        record_timing=False,
        coalesce_streams=True,
    )
    with TemporaryDirectory() as settings:
        environment = {**os.environ, "IPYTHONDIR": settings}
        client.execute(env=environment, transport_encryption="auto")
    notebook.metadata = _METADATA
    return f"{nbformat.writes(notebook)}\n"


def main(path: Path = NOTEBOOK) -> int:
    """Store new outputs in the notebook ``path`` and return the exit status."""
    text = execute(path.read_text(encoding="utf-8"), path.parent)
    with atomic_write(path, encoding="utf-8") as file:
        file.write(text)
    print(f"wrote {os.path.relpath(path)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
