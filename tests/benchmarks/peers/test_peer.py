import json
import os
from pathlib import Path

import pytest

from benchmarks.contenders import running
from benchmarks.peers.peer import CannotBeMeasured
from benchmarks.peers.questions import CHANCE, KNOWN
from tests.benchmarks.peers.conftest import Pen


def test_a_peer_serves_from_an_environment_of_its_own(tmp_path: Path, pen: Pen) -> None:
    told = "json.dump([sys.prefix, os.getcwd(), dict(os.environ)], open('prepared', 'w'))"
    prepare = ("python", "-c", f"import json, os, sys; {told}")
    peer = pen.peer("good", prepare=prepare, environment={"FILE": "{estimator}"})
    contender = peer.ready(tmp_path)
    with running(contender) as server:
        server.check()
    assert len(contender.questions) == len(KNOWN) + CHANCE
    prefix, folder, environment = json.loads((contender.folder / "prepared").read_text())
    assert prefix == str(tmp_path / "good")
    assert folder == environment["HOME"] == str(contender.folder)
    assert environment["FILE"] == environment["ESTIMATOR"] == os.environ["ESTIMATOR"]


def test_a_peer_is_installed_once_and_prepared_each_time(
    tmp_path: Path, pen: Pen, capfd: pytest.CaptureFixture[str]
) -> None:
    peer = pen.peer("good")
    made = peer.ready(tmp_path).folder
    assert "Installing good; the next run will not need to.\n" in capfd.readouterr().err
    (made / "left").touch()
    peer.ready(tmp_path)
    assert [each.name for each in made.iterdir()] == ["prepared"]
    assert capfd.readouterr().err == ""


def test_other_pins_are_installed_anew(tmp_path: Path, pen: Pen) -> None:
    pen.peer("good").ready(tmp_path)
    (tmp_path / "good" / "left").touch()
    other = tmp_path / "other.txt"
    other.write_text("# Nothing else.\n")
    pen.peer("good", pinned=other).ready(tmp_path)
    assert not (tmp_path / "good" / "left").exists()


def test_what_cannot_be_installed_cannot_be_measured(tmp_path: Path, pen: Pen) -> None:
    pinned = tmp_path / "pinned.txt"
    pinned.write_text("./not-there.whl --hash=sha256:" + "0" * 64 + "\n")
    for _ in range(2):
        with pytest.raises(CannotBeMeasured, match=r"^bad could not be installed: status 1$"):
            pen.peer("bad", pinned=pinned).ready(tmp_path)


def test_what_cannot_be_prepared_cannot_be_measured(tmp_path: Path, pen: Pen) -> None:
    with pytest.raises(CannotBeMeasured, match=r"^bad could not be prepared: status 3$"):
        pen.peer("bad", prepare=("python", "-c", "raise SystemExit(3)")).ready(tmp_path)


def test_a_peer_need_not_be_prepared(tmp_path: Path, pen: Pen) -> None:
    assert list(pen.peer("good", prepare=()).ready(tmp_path).folder.iterdir()) == []


def test_the_version_is_the_pinned_one(tmp_path: Path, pen: Pen) -> None:
    pinned = tmp_path / "pinned.txt"
    pinned.write_text("good-as-well==1\ngood==2.3 \\\n    --hash=sha256:0\n")
    assert pen.peer("good", pinned=pinned).version == "good 2.3"
