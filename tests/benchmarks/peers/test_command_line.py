import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from benchmarks.contenders import HELLO, OURS, RAW, TUTORIAL, Contender, running
from benchmarks.peers.__main__ import main, ours_and_limits
from benchmarks.peers.questions import CHANCE, KNOWN
from benchmarks.report import readme
from benchmarks.wrk import Figures, WrkMissing
from tests.benchmarks.peers.conftest import Pen

pytestmark = pytest.mark.usefixtures("untraced")

OWN = (OURS, HELLO, RAW)


def a_few(url: str, body: bytes, connections: int, seconds: int) -> Figures:
    """Ask three times, and pretend for the rest: it is not the speed that is tested."""
    with httpx.Client(headers={"Content-Type": "application/json"}) as client:
        answers = [client.post(url, content=body) for _ in range(3)]
    refused = sum(not answer.is_success for answer in answers)
    return Figures(1000.0 * seconds, 0.5 * connections, 1.5 * connections, refused, 0, 0)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, pen: Pen) -> Path:
    """What a small run has written."""
    written = tmp_path_factory.mktemp("benchmarks")
    peers = [
        pen.peer("good"),
        pen.peer("gone", prepare=("python", "-c", "raise SystemExit(1)")),
        pen.peer("ending", command=("python", "-c", "raise SystemExit(3)")),
        # It always answers 1.
        pen.peer("wrong", prepare=()),
        pen.peer("breaking", environment={"ANSWERS": "7"}),
    ]
    options = ("--rounds", "2", "--seconds", "1", "--output", str(written))
    main([*options, "--environments", str(written / "environments")], peers, lambda: OWN, a_few)
    return written


@pytest.fixture
def results(folder: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((folder / "peers.json").read_text())["results"]
    return content


def test_ours_and_its_limits_and_the_peers_are_measured_in_turn(results: dict[str, Any]) -> None:
    assert [each["name"] for each in results["trials"]] == [*(own.name for own in OWN), "good"]
    for server in results["trials"]:
        assert [list(each) for each in server["rounds"]] == [["1", "16", "64"]] * 2
        for figures in (each["16"] for each in server["rounds"]):
            assert figures["requests_per_s"] == 1000
            assert figures["refused"] == 0
            assert 10 < figures["resident_mb"] < 400


def test_a_peer_that_cannot_be_measured_is_reported(folder: Path, results: dict[str, Any]) -> None:
    assert results["troubles"] == {
        "gone": "gone could not be prepared: status 1",
        "ending": "ending ended with status 3",
        "wrong": "wrong answers /predict wrongly",
        "breaking": "breaking broke off while it was asked",
    }
    assert "\n- gone could not be prepared: status 1.\n" in (folder / "README.md").read_text()


def test_the_report_is_written(folder: Path) -> None:
    assert (folder / "README.md").read_text() == readme(folder)
    assert "</svg>" in (folder / "peers.svg").read_text()


def test_a_failure_of_ours_ends_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOG_LEVEL", "nonsense")
    with pytest.raises(RuntimeError, match=r"^ours ended with status"):
        main(["--output", str(tmp_path)], [], load=a_few)


def test_without_wrk_the_run_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def missing(*_: object) -> Figures:
        raise WrkMissing("install it")

    with pytest.raises(SystemExit, match="1"):
        main(["--output", str(tmp_path)], [], load=missing)
    assert "install it\n" in capsys.readouterr().err


def test_ours_and_its_limits_are_there() -> None:
    own = [each.name for each in ours_and_limits()]
    assert own == [each.name for each in (OURS, HELLO, RAW, TUTORIAL)]


@pytest.mark.parametrize("contender", [OURS, TUTORIAL], ids=lambda contender: contender.name)
def test_ours_and_the_tutorial_answer_as_the_estimator(contender: Contender) -> None:
    [asked] = [each for each in ours_and_limits() if each.name == contender.name]
    assert len(asked.questions) == len(KNOWN) + CHANCE
    with running(asked) as server:
        server.check()
