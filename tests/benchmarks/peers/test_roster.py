import json
import re

import pytest

from benchmarks.peers.peer import Peer
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
def test_direct_requirements_are_pinned_with_the_estimators_scikit_learn(peer: Peer) -> None:
    lines = peer.requirements.read_text().splitlines()
    assert all(map(PINNED.fullmatch, lines))
    trained = (ROOT / "requirements" / "train.txt").read_text()
    assert set(re.findall(r"^scikit-learn==\S+", trained, re.MULTILINE)) < set(lines)


@every_peer
def test_recorded_response_is_understood(peer: Peer) -> None:
    malignant = next(request for request in peer.server.requests if b"0.07951" in request.body)
    response = RESPONSES[peer.server.name]
    assert malignant.is_correct(json.loads(response))
    assert not malignant.is_correct(json.loads(response.replace("1]", "0]").replace(":1}", ":0}")))


def test_each_peer_appears_once() -> None:
    assert {peer.server.name for peer in PEERS} == set(RESPONSES)
    assert len({peer.requirements for peer in PEERS}) == len(PEERS)
