from typing import Any

import pytest

from benchmarks.floors import Floor, floors
from benchmarks.model import SCIKIT_LEARN, SCORECARD
from benchmarks.peers.roster import PEERS
from benchmarks.report import read_files
from benchmarks.rounds import FULL
from benchmarks.servers import GRANIAN, UVICORN
from benchmarks.throughput import BATCH, HELLO, PREDICT
from tests.conftest import ROOT

CONTENTS = read_files(ROOT / "benchmarks")
COMMITTED = {name: content["results"] for name, content in CONTENTS.items()}

complete = pytest.mark.skipif(
    any(content["provisional"] for content in CONTENTS.values()),
    reason="the committed results are provisional: run `make bench`",
)


def server(name: str, behind: str, *rates: float) -> dict[str, Any]:
    return {"name": name, "behind": behind, "rounds": [{"requests_per_s": rate} for rate in rates]}


RESULTS: dict[str, Any] = {
    "throughput": {
        "servers": [
            server(PREDICT, GRANIAN, 1.0, 300.0, 900.0),
            server(HELLO, GRANIAN, 200.0),
            server(PREDICT, UVICORN, 90.0),
            server(HELLO, UVICORN, 100.0),
            server(BATCH, GRANIAN, 50.0),
        ]
    },
    "peers": {
        "servers": [
            server(PREDICT, GRANIAN, 300.0),
            server("slow", "", 10.0),
            server("fast", "", 30.0),
            server("not a peer", "", 200.0),
        ],
        "peers": {"slow": "1.0", "fast": "2.0", "failed": "3.0"},
    },
    "cold": {
        "starts": {
            "This service": [{"init_ms": 200.0}],
            "Classic": [{"init_ms": 800.0}],
            "Empty FastAPI + Mangum": [{"init_ms": 100.0}],
        }
    },
    "warm": {"microseconds": {"This service": [50.0], "Classic": [500.0]}},
}


def test_floors_compare_medians_with_their_limits() -> None:
    found = [(floor.figure, floor.is_met) for floor in floors(RESULTS)]
    assert found == [
        (1.5, True),
        (0.9, False),
        (500_000, True),
        (10, True),
        (0.25, True),
        (2, False),
        (0.1, True),
    ]
    assert "(fast)" in list(floors(RESULTS))[3].text


@pytest.mark.parametrize(("name", "count"), [("throughput", 3), ("peers", 1), ("cold", 2)])
def test_only_measured_benchmarks_have_floors(name: str, count: int) -> None:
    assert len(list(floors({name: RESULTS[name]}))) == count


def test_without_any_peer_there_is_no_floor() -> None:
    assert list(floors({"peers": {**RESULTS["peers"], "peers": {}}})) == []


@complete
@pytest.mark.parametrize("floor", list(floors(COMMITTED)), ids=lambda floor: floor.text)
def test_the_committed_results_meet_every_floor(floor: Floor) -> None:
    assert floor.is_met


@complete
def test_the_committed_results_are_of_one_complete_run() -> None:
    assert len(list(floors(COMMITTED))) == 7
    assert len({CONTENTS[name]["run"] for name in RESULTS}) == 1
    for name in ("throughput", "peers"):
        for each in COMMITTED[name]["servers"]:
            assert len(each["rounds"]) >= FULL.rounds
            assert not any(figures["errors"] for figures in each["rounds"])
    assert set(COMMITTED["peers"]["peers"]) == {peer.server.name for peer in PEERS}
    assert all(len(starts) >= FULL.starts for starts in COMMITTED["cold"]["starts"].values())


@complete
def test_the_committed_model_predicts_the_same_labels_faster() -> None:
    results = COMMITTED["model"]
    assert results["equal_labels"][SCORECARD] == results["rows"] == FULL.model_rows
    slowest = max(figures["one_us"] for figures in results["engines"][SCORECARD])
    assert slowest < min(figures["one_us"] for figures in results["engines"][SCIKIT_LEARN])


@complete
def test_the_committed_reliability_run_violates_no_guarantee() -> None:
    results = COMMITTED["reliability"]
    assert results["violations"] == []
    endurance = results["endurance"]
    assert sum(endurance["responses"].values()) >= 1_000_000
    assert not any(" 5" in status for status in endurance["responses"])
    assert abs(endurance["memory_growth"]) < 1000
