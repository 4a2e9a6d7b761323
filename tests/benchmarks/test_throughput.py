import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.settings import Settings
from benchmarks.csv_scoring import check_csv
from benchmarks.requests import random_observations
from benchmarks.rounds import QUICK
from benchmarks.servers import WrongResponse
from benchmarks.throughput import BATCH, BATCH_ROWS, PREDICT, run, run_peers, servers
from tests.benchmarks.conftest import WRK_OUTPUT, PeerFactory

pytestmark = pytest.mark.usefixtures("_untraced", "wrk_program")

LOAD: dict[str, float] = json.loads(WRK_OUTPUT)


def check_entry(entry: dict[str, Any], rounds: int) -> None:
    assert len(entry["rounds"]) == rounds
    for figures in entry["rounds"]:
        assert {name: figures[name] for name in LOAD} == LOAD
        assert 15 < figures["resident_mb"] < 400
        assert 0 < figures["ready_s"] < 60


def test_every_server_is_measured_in_one_run() -> None:
    done: list[float] = []
    results = run(QUICK, done.append)
    names = [(server.name, server.behind) for server in servers()]
    assert [(entry["name"], entry["behind"]) for entry in results["servers"]] == names
    assert len(set(names)) == len(names)
    for entry in results["servers"]:
        check_entry(entry, QUICK.rounds)
        assert entry["rows"] == (BATCH_ROWS if entry["name"] == BATCH else 1)
    assert results["csv"]["rows_per_s"][0] > 10
    assert done[-1] == 1


def test_every_request_is_within_the_body_limit() -> None:
    for server in servers():
        assert len(server.requests[0].body) <= Settings().body_limit


@pytest.mark.usefixtures("_estimator")
def test_peers_are_measured_beside_the_service_and_failures_are_reported(
    make_peer: PeerFactory, tmp_path: Path
) -> None:
    peers = [
        make_peer("good"),
        make_peer("unprepared", prepare=("python", "-c", "raise SystemExit(1)")),
        make_peer("exiting", command=("python", "-c", "raise SystemExit(3)")),
        make_peer("wrong", prepare=()),
        make_peer("breaking", RESPONSES="8"),
    ]
    results = run_peers(replace(QUICK, rounds=2), lambda _: None, peers, tmp_path / "environments")
    measured = [entry["name"] for entry in results["servers"]]
    assert measured == [PREDICT, "FastAPI and scikit-learn", "good"]
    for entry in results["servers"]:
        check_entry(entry, rounds=2)
    assert results["failures"].pop("breaking")
    assert results["failures"] == {
        "unprepared": "cannot prepare it (exit status 1)",
        "exiting": "exiting exited with 3",
        "wrong": "wrong returns a wrong response",
    }


@pytest.mark.parametrize("labels", ["", "0\n" * 8])
def test_rejects_a_csv_file_with_wrong_predictions(labels: str, tmp_path: Path) -> None:
    scored = tmp_path / "scored.csv"
    scored.write_text(f"prediction\n{labels}")
    with pytest.raises(WrongResponse):
        check_csv(scored, list(random_observations(8)))
