import json
import re
from typing import Any

import pytest

from benchmarks.peers.peer import Peer
from benchmarks.peers.roster import BENTOML, KSERVE, LITSERVE, MLFLOW, MLSERVER, PEERS
from tests.conftest import ROOT

VALUES = (0.07951, 24.86, 26.58, 1866.0, 0.01)


def pins(text: str) -> dict[str, str]:
    return dict(re.findall(r"^([\w.-]+)==(\S+)", text, re.MULTILINE))


@pytest.mark.parametrize("peer", PEERS, ids=lambda peer: peer.package)
def test_a_peer_is_pinned_with_hashes(peer: Peer) -> None:
    """What it needs by name, and nothing that says where it was had from."""
    text = peer.pinned.read_text()
    for pin in re.split(r"\n(?=\S)", text.strip()):
        assert pin.startswith("#") or re.search(r"--hash=sha256:[0-9a-f]{64}", pin)
    assert "://" not in text
    assert peer.version == f"{peer.package} {pins(text)[peer.package]}"
    asked = re.findall(r"^[\w-]+", peer.pinned.with_suffix(".in").read_text(), re.MULTILINE)
    assert set(asked) <= set(pins(text))


@pytest.mark.parametrize("peer", PEERS, ids=lambda peer: peer.package)
def test_a_peer_has_the_scikit_learn_that_fitted_the_estimator(peer: Peer) -> None:
    fitted = pins((ROOT / "requirements" / "train.txt").read_text())
    assert pins(peer.pinned.read_text())["scikit-learn"] == fitted["scikit-learn"]


@pytest.mark.parametrize(
    ("peer", "answer"),
    [
        (
            MLSERVER,
            '{"id":"352e7f2e","outputs":[{"name":"predict","shape":[1,1],"data":[1]}]}',
        ),
        (BENTOML, "[1]"),
        (LITSERVE, '{"output":1}'),
        (KSERVE, '{"predictions":[1]}'),
        (MLFLOW, '{"predictions": [1]}'),
    ],
)
def test_a_peer_is_asked_and_understood_in_its_own_form(peer: Peer, answer: str) -> None:
    """The answers are ones that they gave."""
    asked: Any = peer.body(VALUES)
    assert json.dumps([*VALUES]) in json.dumps(asked)
    assert peer.label(json.loads(answer)) == 1


def test_each_peer_is_there_once() -> None:
    assert len({peer.name for peer in PEERS}) == len({peer.package for peer in PEERS}) == 5
