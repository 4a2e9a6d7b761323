import re
from pathlib import Path

import nbformat
import pytest
from nbclient.exceptions import CellExecutionError
from nbformat.v4 import new_code_cell, new_notebook

from training.walkthrough import NOTEBOOK, differing, main, run

STORED = NOTEBOOK.read_text(encoding="utf-8")
NOT_COMPUTED = {"0.5", "0.9"}
"""The decimal numbers that may stand in prose: a threshold, and where bars begin."""


@pytest.fixture(scope="module")
def fresh() -> str:
    """The notebook as it comes out where Jupyter would run it, in its own folder."""
    return run(STORED, NOTEBOOK.parent)


def test_the_stored_outputs_are_what_its_code_gives(fresh: str) -> None:
    assert differing(STORED, fresh) == [], "see what changed, then 'make walkthrough'"
    same = fresh == STORED  # Not compared in the assertion: the figures make a long diff.
    assert same


def test_the_whole_run_is_told_with_its_figures() -> None:
    outputs = [output for cell in code_cells() for output in cell.outputs]
    drawn = [output for output in outputs if "image/svg+xml" in output.get("data", {})]
    assert len(drawn) == 4
    assert all(cell.execution_count for cell in code_cells())


def test_no_output_tells_where_or_when_it_ran() -> None:
    for cell in code_cells():
        written = str(cell.outputs)
        assert not re.search(r"0x[0-9a-f]{6}|/home/|/tmp/|/root/|/Users/|object at", written)
        assert str(NOTEBOOK.parent.parent) not in written
        assert cell.metadata == {}


def code_cells() -> list[nbformat.NotebookNode]:
    cells = nbformat.reads(STORED, as_version=4).cells
    return [cell for cell in cells if cell.cell_type == "code"]


def test_prose_states_no_number_that_is_computed() -> None:
    cells = nbformat.reads(STORED, as_version=4).cells
    prose = " ".join(cell.source for cell in cells if cell.cell_type == "markdown")
    assert set(re.findall(r"\d+\.\d+", prose)) == NOT_COMPUTED


@pytest.mark.parametrize(
    ("old", "new", "cell"),
    [("455 patients", "456 patients", "data"), (">worst texture<", ">best texture<", "steps")],
)
def test_an_altered_output_is_found(old: str, new: str, cell: str) -> None:
    assert STORED.count(old) == 1
    assert differing(STORED, STORED.replace(old, new)) == [cell]


def test_refreshing_stores_outputs_free_of_time_place_and_the_users_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    startup = tmp_path / "profile_default" / "startup"
    startup.mkdir(parents=True)
    (startup / "00-mine.py").write_text("value = 'mine'\n")
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    path = tmp_path / "small.ipynb"
    code = "import pathlib\nprint(pathlib.Path('small.ipynb').exists(), flush=True)\nprint(dir())"
    path.write_text(nbformat.writes(new_notebook(cells=[new_code_cell(code, id="only")])))
    assert main(path) == 0
    assert capsys.readouterr().out == "small.ipynb: 1 cells changed\n"
    (cell,) = nbformat.read(path, as_version=4).cells
    (output,) = cell.outputs
    assert output.text.startswith("True\n[")
    assert "'value'" not in output.text
    assert cell.metadata == {}
    assert '"version"' not in path.read_text()
    assert path.read_text().endswith("}\n")


def test_a_cell_that_fails_stores_nothing(tmp_path: Path) -> None:
    path = tmp_path / "broken.ipynb"
    before = nbformat.writes(new_notebook(cells=[new_code_cell("1 / 0", id="only")]))
    path.write_text(before)
    with pytest.raises(CellExecutionError, match="ZeroDivisionError"):
        main(path)
    assert path.read_text() == before


def test_training_needs_no_jupyter() -> None:
    needing = [
        path.name
        for path in NOTEBOOK.parent.glob("*.py")
        if re.search(r"nbclient|nbformat|IPython|ipykernel", path.read_text(encoding="utf-8"))
    ]
    assert needing == ["walkthrough.py"]
