import json
from dataclasses import replace
from math import inf
from pathlib import Path
from statistics import median
from typing import Any

import httpx
import pytest

from app.settings import Settings
from benchmarks import throughput_report
from benchmarks.contenders import HELLO, OURS, RAW, WrongAnswer
from benchmarks.report import readme
from benchmarks.throughput import Plan, Trial, batch_trial, full_plan, main
from benchmarks.throughput_results import middle, rates, ratios, trial
from benchmarks.wrk import Figures
from tests.conftest import ROOT

pytestmark = pytest.mark.usefixtures("untraced")

NAMED = replace(OURS, name="ours: /predict")
NUMBERS = (1, 16, 64, 256)
SMALL = Plan(
    (
        Trial(NAMED, connections=NUMBERS),
        Trial(HELLO, connections=NUMBERS),
        batch_trial(30),
        Trial(NAMED, connections=NUMBERS[1:3], workers=2),
        Trial(HELLO, connections=NUMBERS[1:3], workers=2),
    ),
    batches=(1, 10, 1000, 2000),
    csv=200,
)


def a_few(url: str, body: bytes, connections: int, seconds: int) -> Figures:
    """Ask three times, and pretend for the rest: it is not the speed that is tested."""
    with httpx.Client(headers={"Content-Type": "application/json"}) as client:
        answers = [client.post(url, content=body) for _ in range(3)]
    refused = sum(not answer.is_success for answer in answers)
    return Figures(1000.0 * seconds, 0.5 * connections, 1.5 * connections, refused, 0, 0)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a small run has written."""
    written = tmp_path_factory.mktemp("benchmarks")
    options = ["--rounds", "1", "--seconds", "1", "--output", str(written)]
    main(options, SMALL, a_few)
    return written


@pytest.fixture
def results(folder: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((folder / "throughput.json").read_text())["results"]
    return content


def test_every_server_is_measured_over_each_number_of_connections(results: dict[str, Any]) -> None:
    found = [(each["name"], each["workers"], each["rows"]) for each in results["trials"]]
    assert found == [(each.contender.name, each.workers, each.rows) for each in SMALL.trials]
    for each, planned in zip(results["trials"], SMALL.trials, strict=True):
        [measured] = each["rounds"]
        assert list(measured) == [str(number) for number in planned.connections]
        for figures in measured.values():
            assert figures["refused"] == 0
            assert 15 < figures["resident_mb"] < 400
    assert list(results["batches"][0]) == ["1", "10", "1000", "2000"]
    assert results["scorer"]["rows_per_s"][0] > 10


def test_the_report_says_so(folder: Path) -> None:
    text = (folder / "README.md").read_text()
    assert text == readme(folder)
    for title in (
        "1 worker, 1 connection",
        "1 worker, 64 connections",
        "2 workers, 16 connections",
    ):
        assert f"\n### {title}\n" in text
    assert "| ours: /predict/batch of 30 | 1,000 (1,000 to 1,000) | 30,000 | 8.00 | 24.0 | " in text
    assert "| 0 | 0.03 (0.03 to 0.03) |\n" in text
    for name in ("throughput", "throughput_growth"):
        assert "</svg>" in (folder / f"{name}.svg").read_text()


def test_the_shapes_are_those_of_the_figures(folder: Path) -> None:
    lines = (folder / "README.md").read_text().splitlines()
    assert "| `/predict`: p50, ms | connections, 16 to 256 | 8.00 to 128 | 1.00 | linear |" in lines
    assert "| hello-world: requests/s | workers, 1 to 2 | 1,000 to 1,000 | 0.00 | flat |" in lines


def test_what_was_found_has_its_place(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throughput_report, "FOUND", "### Why\n\nBecause.\n")
    assert "(throughput_growth.svg)\n\n### Why\n\nBecause.\n\nMeasured on " in readme(folder)


def test_a_server_that_answered_nothing_is_infinitely_slower(results: dict[str, Any]) -> None:
    ours, hello = (trial(results, name) for name in ("ours: /predict", HELLO.name))
    hello["rounds"][0]["16"]["requests_per_s"] = 0
    assert ratios(ours, hello, 16) == [inf]
    assert ratios(hello, ours, 16) == [0]


def test_a_server_that_answers_wrongly_is_not_measured(tmp_path: Path) -> None:
    greeting = replace(RAW, questions=OURS.questions)
    with pytest.raises(WrongAnswer):
        main(["--output", str(tmp_path)], Plan([Trial(greeting)]), a_few)
    assert not list(tmp_path.iterdir())


def test_without_wrk_one_is_told_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(SystemExit, match="1"):
        main(["--output", str(tmp_path)], Plan([Trial(RAW)]))
    assert "apt-get install wrk" in capsys.readouterr().err


def test_the_full_plan_is_one_that_the_service_takes() -> None:
    plan = full_plan()
    names = [(trial.contender.name, trial.workers) for trial in plan.trials]
    assert len(set(names)) == len(names) == 10
    for each in plan.trials:
        assert len(each.contender.questions[0].body) <= Settings().body_limit
        assert set(each.connections) <= {1, 2, 4, 8, 16, 32, 64, 128, 256}


@pytest.fixture
def committed() -> dict[str, Any]:
    """What `make bench` measured and somebody committed: no test here is timed."""
    content: dict[str, Any] = json.loads((ROOT / "benchmarks" / "throughput.json").read_text())
    return dict(content["results"])


def test_the_committed_ratio_is_what_is_promised(committed: dict[str, Any]) -> None:
    ours, other = (trial(committed, name) for name in (NAMED.name, HELLO.name))
    assert len(ours["rounds"]) >= 3
    assert median(ratios(ours, other, 16)) >= 2.0


def test_the_committed_figures_are_what_is_promised(committed: dict[str, Any]) -> None:
    large = trial(committed, "ours: /predict/batch of 10,000")
    assert median(rates(large, 16)) >= 300_000
    assert middle(trial(committed, NAMED.name), 16, "resident_mb") <= 60
    for each in committed["trials"]:
        for found in each["rounds"]:
            assert not any(
                figures[kind]
                for figures in found.values()
                for kind in ("refused", "broken", "late")
            )
