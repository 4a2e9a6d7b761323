import json
import re
from datetime import datetime

import pytest

from benchmarks.peers.peer import EXCLUDE_NEWER, Peer
from benchmarks.peers.roster import PEERS
from tests.conftest import ROOT

PINNED = re.compile(r"[\w-]+==[\w.]+( #.*)?")

# Recorded from each peer.
RESPONSES = {
    "MLServer": '{"id":"352e7f2e","outputs":[{"name":"predict","shape":[1,1],"data":[1]}]}',
    "BentoML": "[1]",
    "LitServe": '{"output":1}',
    "KServe": '{"predictions":[1]}',
    "MLflow": '{"predictions": [1]}',
}

every_peer = pytest.mark.parametrize("peer", PEERS, ids=lambda peer: peer.server.name)


@every_peer
def test_direct_requirements_are_pinned(peer: Peer) -> None:
    lines = peer.requirements.read_text().splitlines()
    assert all(map(PINNED.fullmatch, lines))
    assert re.fullmatch(r"[\w-]+ [\w.]+", peer.version)


@every_peer
def test_a_peer_has_the_scikit_learn_that_fitted_the_estimator(peer: Peer) -> None:
    lines = (ROOT / "requirements" / "train.txt").read_text().splitlines()
    [pin] = [line.split()[0] for line in lines if line.startswith("scikit-learn==")]
    assert pin in peer.requirements.read_text().splitlines()


@every_peer
def test_a_recorded_response_is_understood(peer: Peer) -> None:
    malignant = next(request for request in peer.server.requests if b"0.07951" in request.body)
    response = RESPONSES[peer.server.name]
    assert malignant.is_correct(json.loads(response))
    assert not malignant.is_correct(json.loads(response.replace("1]", "0]").replace(":1}", ":0}")))


def test_the_resolution_date_is_a_time_with_a_zone() -> None:
    assert datetime.fromisoformat(EXCLUDE_NEWER).tzinfo is not None


def test_each_peer_appears_once() -> None:
    assert {peer.server.name for peer in PEERS} == set(RESPONSES)
    assert len({peer.requirements for peer in PEERS}) == len(PEERS)
