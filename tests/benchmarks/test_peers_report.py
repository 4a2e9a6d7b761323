from pathlib import Path
from typing import Any

import pytest

from benchmarks.contenders import HELLO, OURS, RAW, TUTORIAL
from benchmarks.peers_report import draw, render

RATES = {OURS.name: 20_000, HELLO.name: 10_000, RAW.name: 40_000, TUTORIAL.name: 2000}


def server(name: str, rate: float, late: int = 0) -> dict[str, Any]:
    """A server that answers a little more in each of three rounds, twice as soon as it does."""
    rounds = []
    for times in (0.9, 1.0, 1.1):
        requests = rate * times
        figures = {
            "requests_per_s": requests,
            "p50_ms": 16_000 / rate,
            "p99_ms": 32_000 / rate,
            "refused": 0,
            "broken": 1,
            "late": late,
            "resident_mb": rate / 100,
        }
        rounds.append(dict.fromkeys(("1", "16", "64"), figures))
    return {"name": name, "workers": 1, "rows": 1, "rounds": rounds}


@pytest.fixture
def content() -> dict[str, Any]:
    theirs = [server("slow", 500), server("quick", 1600, late=2)]
    return {
        "machine": {"date": "2026-11-23", "machine": "2 processors", "versions": "Python 3"},
        "results": {
            "seconds": 4,
            "rounds": 3,
            "observations": 103,
            "trials": [*(server(name, rate) for name, rate in RATES.items()), *theirs],
            "versions": {"slow": "slow 1.0", "quick": "quick 2.0", "broken": "broken 3.0"},
            "troubles": {"broken": "broken could not be installed: status 1"},
        },
    }


def test_each_server_has_its_line(content: dict[str, Any]) -> None:
    text = render(content)
    line = "| quick | 1,600 (1,440 to 1,760) | 10.00 | 20.0 | 16 | 9 | 12.50 (12.50 to 12.50) |"
    assert text.count(line) == 3
    for title in ("1 connection", "16 connections", "64 connections"):
        assert f"\n### One worker, {title}\n" in text


def test_what_is_promised_is_told(content: dict[str, Any]) -> None:
    text = render(content)
    for told in (
        "- Ours answers 2.00 (2.00 to 2.00) times as many requests as FastAPI's hello-world.\n",
        "- Ours answers 0.50 (0.50 to 0.50) times as many requests as raw ASGI.\n",
        "- Ours answers 12.50 (12.50 to 12.50) times as many requests as the best peer, quick.\n",
        "- In 1.6 ms ours has answered 99 of 100 requests; quick, the soonest peer, takes 10.0 ms",
        " for half of them: 0.16 of that.\n",
    ):
        assert told in text


def test_what_went_wrong_is_told(content: dict[str, Any]) -> None:
    assert "\nNot measured:\n\n- broken could not be installed: status 1.\n" in render(content)
    assert "The peers: slow 1.0, quick 2.0, broken 3.0." in render(content)
    content["results"]["troubles"] = {}
    assert "Not measured" not in render(content)


def test_without_any_peer_there_is_no_best_one(content: dict[str, Any]) -> None:
    del content["results"]["trials"][len(RATES) :]
    assert "peer, " not in render(content).partition("### One worker, 1 connection")[0]


def test_the_quickest_is_drawn_first(content: dict[str, Any], tmp_path: Path) -> None:
    draw(tmp_path / "peers.svg", content["results"])
    drawn = (tmp_path / "peers.svg").read_text()
    names = ["raw ASGI", "ours", "tutorial", "quick", "slow"]
    places = [drawn.index(f">{name}</text>") for name in names]
    assert places == sorted(places)
