from typing import Any

import pytest

from benchmarks.reliability import memory_growth, run, violations
from benchmarks.rounds import QUICK


@pytest.fixture(scope="module")
def results(_untraced: None) -> dict[str, Any]:
    """The results of a small run against the service."""
    done: list[float] = []
    found = run(QUICK, done.append)
    assert done[-1] == 1
    return found


def test_service_violates_no_guarantee(results: dict[str, Any]) -> None:
    assert results["violations"] == []


def test_every_category_of_request_gets_its_response(results: dict[str, Any]) -> None:
    responses = results["endurance"]["responses"]
    assert sum(responses.values()) == QUICK.requests
    statuses = {f"invalid {status}" for status in (400, 404, 405, 415)}
    assert set(responses) == {"valid 200", "oversized 413", *statuses}
    assert all(held > 20e6 for _, held in results["endurance"]["memory"])
    assert set(results["overload"]["responses"]) == {"valid 200"}


def test_accepted_requests_are_completed_before_the_shutdown(results: dict[str, Any]) -> None:
    shutdown = results["shutdown"]
    assert shutdown["responses"]["valid 200"] == shutdown["accepted"] >= 10


def test_death_of_a_worker_ends_the_server(results: dict[str, Any]) -> None:
    killed = results["killed_worker"]
    assert killed["responses"]["valid 200"] >= 100
    assert killed["exit_status"] == 1
    assert killed["exit_s"] < 10
    assert killed["lost"] > 0


@pytest.mark.parametrize(
    ("test", "name"),
    [
        ("endurance", "wrong"),
        ("overload", "lost"),
        ("shutdown", "accepted"),
        ("killed_worker", "exit_status"),
    ],
)
def test_every_violation_is_reported(test: str, name: str) -> None:
    fine = {"responses": {"valid 200": 5}, "wrong": 0, "lost": 0, "accepted": 5, "exit_status": 1}
    results = dict.fromkeys(("endurance", "overload", "shutdown", "killed_worker"), fine)
    assert violations(results) == []
    assert len(violations({**results, test: {**fine, name: 6}})) == 1


def test_memory_growth_leaves_out_the_first_fifth() -> None:
    steady = [(count, 5000 + count) for count in range(2000, 10_000, 1000)]
    assert memory_growth([(0, 0), (1000, 5000), *steady]) == 1000
    assert memory_growth([(count, 50_000_000) for count in range(10)]) == 0
