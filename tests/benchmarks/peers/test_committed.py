import json
from statistics import median
from typing import Any

import pytest

from benchmarks.contenders import HELLO, OURS
from benchmarks.peers.roster import PEERS
from benchmarks.peers_report import peers
from benchmarks.throughput_results import middle, ratios, trial
from tests.conftest import ROOT


@pytest.fixture(scope="module")
def committed() -> dict[str, Any]:
    """What `make bench-peers` measured and somebody committed: no test here is timed."""
    content: dict[str, Any] = json.loads((ROOT / "benchmarks" / "peers.json").read_text())
    return dict(content["results"])


def test_the_committed_ratio_is_what_is_promised(committed: dict[str, Any]) -> None:
    ours, other = (trial(committed, name) for name in (OURS.name, HELLO.name))
    assert len(ours["rounds"]) >= 3
    assert median(ratios(ours, other, 16)) >= 2.0


def test_ours_is_before_each_peer_in_what_was_committed(committed: dict[str, Any]) -> None:
    ours = trial(committed, OURS.name)
    assert len(peers(committed)) + len(committed["troubles"]) == len(PEERS)
    for peer in peers(committed):
        assert median(ratios(ours, peer, 16)) >= 8
        assert middle(ours, 16, "p99_ms") < middle(peer, 16, "p50_ms")
