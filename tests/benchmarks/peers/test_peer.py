import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks.peers.peer import PeerUnavailable
from benchmarks.servers import running
from tests.benchmarks.conftest import PeerFactory

_DUMP = "json.dump([sys.prefix, os.getcwd(), dict(os.environ)], open('prepared', 'w'))"
REPORT = ("python", "-c", f"import json, os, sys; {_DUMP}")


def test_peer_runs_in_an_environment_of_its_own(
    tmp_path: Path, make_peer: PeerFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ESTIMATOR", "/clf.joblib")
    server = make_peer("peer", prepare=REPORT).install(tmp_path / "environments")
    with running(server) as process:
        process.check()
    prefix, folder, environment = json.loads((server.folder / "prepared").read_text())
    assert prefix == str(tmp_path / "environments" / "peer")
    assert folder == environment["HOME"] == str(server.folder)
    assert environment["ESTIMATOR"] == "/clf.joblib"


def test_peer_is_installed_once_and_prepared_each_time(
    tmp_path: Path, make_peer: PeerFactory, capfd: pytest.CaptureFixture[str]
) -> None:
    home = make_peer("peer").install(tmp_path).folder
    assert "Installing # peer 1.0 (once)\n" in capfd.readouterr().err
    (home / "left-behind").touch()
    (home.parent / "kept").touch()
    make_peer("peer").install(tmp_path)
    assert [each.name for each in home.iterdir()] == ["prepared"]
    assert (home.parent / "kept").exists()
    assert capfd.readouterr().err == ""


def test_changed_requirements_are_installed_again(tmp_path: Path, make_peer: PeerFactory) -> None:
    make_peer("peer", prepare=()).install(tmp_path)
    (tmp_path / "peer" / "kept").touch()
    home = make_peer("peer", prepare=(), requirements="# peer==2.0\n").install(tmp_path).folder
    assert not (tmp_path / "peer" / "kept").exists()
    assert list(home.iterdir()) == []


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"requirements": "./missing.whl\n"}, "cannot install it"),
        ({"prepare": ("python", "-c", "raise SystemExit(3)")}, r"cannot prepare it \(.* 3\)"),
    ],
)
def test_peer_that_cannot_be_made_is_unavailable(
    changes: dict[str, Any], message: str, tmp_path: Path, make_peer: PeerFactory
) -> None:
    for _ in range(2):
        with pytest.raises(PeerUnavailable, match=message):
            make_peer("peer", **changes).install(tmp_path)
