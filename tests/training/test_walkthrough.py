import re
from pathlib import Path

import nbformat
import pytest
from nbclient.exceptions import CellExecutionError
from nbformat.v4 import new_code_cell, new_notebook

from tests.training.compare import same_text
from training.walkthrough import NOTEBOOK, execute, main

STORED = NOTEBOOK.read_text(encoding="utf-8")


def cells(text: str, cell_type: str) -> list[nbformat.NotebookNode]:
    notebook = nbformat.reads(text, as_version=4)
    return [cell for cell in notebook.cells if cell.cell_type == cell_type]


def output(cell: nbformat.NotebookNode) -> str:
    """Return the printed text of a code cell, its only kind of output."""
    return "".join(each["text"] for each in cell.outputs)


def same_outputs(one: str, other: str) -> bool:
    pairs = zip(cells(one, "code"), cells(other, "code"), strict=True)
    return all(same_text(output(cell), output(twin), 1e-9) for cell, twin in pairs)


def test_the_stored_outputs_are_those_of_a_new_run() -> None:
    assert same_outputs(STORED, execute(STORED, NOTEBOOK.parent)), "run 'make walkthrough'"


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        ("0.9411764705882353", "0.9411764705882354", True),
        ("455 patients", "456 patients", False),
        ("equal scores: True", "equal scores: False", False),
    ],
)
def test_only_the_last_digits_of_outputs_may_differ(old: str, new: str, *, same: bool) -> None:
    assert old in STORED
    assert same_outputs(STORED, STORED.replace(old, new)) is same


def test_every_cell_was_executed_and_no_output_states_place_or_time() -> None:
    for cell in cells(STORED, "code"):
        assert cell.execution_count
        assert cell.metadata == {}
        assert not re.search(r"0x[0-9a-f]{6}|/\w+/|object at", str(cell.outputs))


def test_prose_states_no_computed_number_and_its_links_exist() -> None:
    prose = "\n".join(cell.source for cell in cells(STORED, "markdown"))
    assert not re.search(r"\d+\.\d+", prose)
    links = re.findall(r"\]\(([^)]+)\)", prose)
    assert links
    assert all((NOTEBOOK.parent / link).exists() for link in links)


def test_stores_outputs_without_time_place_or_user_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    startup = tmp_path / "profile_default" / "startup"
    startup.mkdir(parents=True)
    (startup / "00-mine.py").write_text("value = 'mine'\n")
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    path = tmp_path / "small.ipynb"
    code = "import os\nprint(os.listdir())\nprint(dir())"
    path.write_text(nbformat.writes(new_notebook(cells=[new_code_cell(code, id="only")])))
    assert main(path) == 0
    (cell,) = cells(path.read_text(), "code")
    assert "'small.ipynb'" in output(cell)
    assert "'value'" not in output(cell)
    assert cell.metadata == {}
    assert '"version"' not in path.read_text()
    assert path.read_text().endswith("}\n")


def test_a_failing_cell_stores_nothing(tmp_path: Path) -> None:
    path = tmp_path / "broken.ipynb"
    before = nbformat.writes(new_notebook(cells=[new_code_cell("1 / 0", id="only")]))
    path.write_text(before)
    with pytest.raises(CellExecutionError, match="ZeroDivisionError"):
        main(path)
    assert path.read_text() == before


def test_training_does_not_import_jupyter() -> None:
    importing = [
        path.name
        for path in NOTEBOOK.parent.glob("*.py")
        if re.search(r"nbclient|nbformat|IPython|ipykernel", path.read_text(encoding="utf-8"))
    ]
    assert importing == ["walkthrough.py"]
