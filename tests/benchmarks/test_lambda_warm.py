import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import pytest

from benchmarks.invoked import invoked
from benchmarks.lambda_warm import HANDLERS, main
from benchmarks.lambda_warm_report import PACKAGES, render
from benchmarks.report import machine
from model import ARTIFACTS
from tests.conftest import ROOT
from training.__main__ import main as train
from training.artifacts import ESTIMATOR, EVIDENCE, SEARCH


@pytest.fixture(scope="module")
def _estimator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A trained estimator for the classic function, wherever `make train` was not run."""
    folder = tmp_path_factory.mktemp("trained")
    for name in (SEARCH, EVIDENCE):
        (folder / name).write_bytes((ARTIFACTS / name).read_bytes())
    train(["--folder", str(folder)])
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ESTIMATOR", str(folder / ESTIMATOR))
        yield


@pytest.mark.usefixtures("_estimator")
def test_all_functions_are_measured_both_ways_and_reported(tmp_path: Path) -> None:
    main(["--calls", "3", "--rounds", "2", "--output", str(tmp_path)])
    content = json.loads((tmp_path / "lambda_warm.json").read_text())
    called, through = content["results"]["in process"], content["results"]["emulator"]
    assert list(called) == list(HANDLERS)
    assert set(through) == {"ours", "empty FastAPI", "classic", "nothing"}
    for turns in (called, through):
        assert all(len(figures) == 2 and min(figures) > 0 for figures in turns.values())
    assert min(called["classic"]) / 1000 < max(through["classic"]), "µs, and ms"
    assert render(content) in (tmp_path / "README.md").read_text()


def test_a_function_is_invoked_in_a_process_of_its_own() -> None:
    with invoked("benchmarks.functions.nothing.handler") as invoke:
        assert 0 < invoke(1000) < 100
        assert 0 < invoke(10) < 1000
    assert "benchmarks.functions.nothing" not in sys.modules


def test_mangum_alone_answers() -> None:
    script = (
        "import json; from benchmarks.functions.mangum_alone import handler;"
        "event = json.load(open('tests/events/observation-2-malignant.json'))['event'];"
        "print(handler(event, None)['body'])"
    )
    run = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert run.stdout == '{"prediction":1}\n'


def test_a_function_that_cannot_be_loaded_is_an_error() -> None:
    with (
        pytest.raises(RuntimeError, match="nobody failed"),
        invoked("benchmarks.functions.nothing.nobody"),
    ):
        pass  # pragma: no cover


def test_a_function_that_fails_is_an_error() -> None:
    with pytest.raises(RuntimeError, match="dumps failed"), invoked("json.dumps") as invoke:
        invoke(1)


def test_ours_writes_its_log_line_where_it_is_asked_for(tmp_path: Path) -> None:
    """What is said to include it does."""
    log = tmp_path / "log"
    with invoked("app.lambda_handler.handler", str(log)) as invoke:
        invoke(2)
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert [line["message"] for line in lines] == ["request", "request"]
    assert HANDLERS["ours, with its log line"] == (*HANDLERS["ours"], os.devnull)


def test_the_section_shows_medians_and_ratios() -> None:
    turns = {"ours": [90.0, 100.0, 900.0], "classic": [1000.0] * 3}
    section = render(
        {"machine": machine(PACKAGES), "results": {"in process": turns, "emulator": turns}}
    )
    assert "| ours | 100.0 (90.0 to 900.0) | 1.00 |" in section
    assert "| classic | 1,000.0 (1,000.0 to 1,000.0) | 0.10 |" in section
    assert "| classic | 1,000.00 (1,000.00 to 1,000.00) | 0.10 |" in section


def test_the_committed_figures_are_what_is_promised() -> None:
    """Not a timed test: it reads what `make bench-warm` measured and somebody committed."""
    results = json.loads((ROOT / "benchmarks" / "lambda_warm.json").read_text())["results"]
    called = {name: median(each) for name, each in results["in process"].items()}
    assert called["ours"] / called["classic"] <= 0.15
    assert all(len(each) >= 15 for each in results["in process"].values())
