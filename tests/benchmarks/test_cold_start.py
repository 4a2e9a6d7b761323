import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import pytest

from benchmarks.cold_start import FUNCTIONS, main
from benchmarks.report import readme
from benchmarks.start import peak_memory
from tests.conftest import ROOT


@pytest.fixture(scope="module", autouse=True)
def _environment(estimator: Path) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ESTIMATOR", str(estimator))
        # No engine is found here, so the shares of a processor are left out.
        patch.setenv("DOCKER_HOST", "unix:///nowhere")
        yield


def test_one_start_of_each_is_measured_and_reported(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["--starts", "1", "--output", str(tmp_path)])
    content = json.loads((tmp_path / "cold_start.json").read_text())
    starts = content["results"]["full speed"]
    assert set(starts) == set(FUNCTIONS)
    for [start] in starts.values():
        assert 0 < start["init_ms"] < start["answer_ms"]
        assert start["memory_mb"] > 5
    assert starts["classic"][0]["memory_mb"] > starts["ours"][0]["memory_mb"]
    assert (tmp_path / "README.md").read_text() == readme(tmp_path)
    assert "</svg>" in (tmp_path / "cold_start.svg").read_text()
    assert "measured at full speed only" in capsys.readouterr().err


def test_raw_figures_are_printed_and_not_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["--raw", "--starts", "1", "--output", str(tmp_path)])
    printed = capsys.readouterr().out.splitlines()[-1]
    assert set(json.loads(printed)) == set(FUNCTIONS)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("column", "beside", "limit"),
    [
        ("init_ms", "classic", 0.30),
        ("init_ms", "empty FastAPI", 1.10),
        ("memory_mb", "classic", 0.40),
    ],
)
def test_the_committed_figures_are_what_the_readme_claims(
    column: str, beside: str, limit: float
) -> None:
    """Not a timed test: it reads what `make bench-cold` measured and somebody committed."""
    starts = json.loads((ROOT / "benchmarks" / "cold_start.json").read_text())["results"]
    assert all(len(each) >= 15 for each in starts["full speed"].values())
    found = {
        name: median(start[column] for start in each) for name, each in starts["full speed"].items()
    }
    assert found["ours"] / found[beside] <= limit


def test_a_process_that_is_not_there_has_no_memory() -> None:
    with pytest.raises(LookupError):
        peak_memory("no such mark")


def test_the_functions_answer() -> None:
    """The ones measured beside ours do what they are said to do."""
    script = (
        "import json; from benchmarks.functions import classic, empty, nothing;"
        "event = json.load(open('tests/events/observation-2-malignant.json'))['event'];"
        "print(classic.handler(event, None)['body'],"
        " empty.handler(event, None)['statusCode'], nothing.handler(event, None))"
    )
    run = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert run.stdout == "{\"prediction\": 1} 404 {'statusCode': '200'}\n"
