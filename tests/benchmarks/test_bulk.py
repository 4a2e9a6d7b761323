from pathlib import Path

import pytest

from benchmarks import bulk
from benchmarks.bulk import batch_times, check, score
from benchmarks.contenders import WrongAnswer

pytestmark = pytest.mark.usefixtures("untraced")


def test_batches_are_timed_in_one_piece_and_in_several(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "PIECE", 500)
    monkeypatch.setattr(bulk, "_ROWS", 10)
    found = batch_times((1, 500, 2000))
    assert list(found) == [1, 500, 2000]
    assert 0 < found[1] < found[500] < found[2000]


def test_a_csv_is_scored() -> None:
    assert score(1000) > 100


@pytest.mark.parametrize("text", ["prediction\n", "prediction\n0\n0\n0\n0\n0\n0\n0\n0\n"])
def test_a_csv_with_other_answers_is_an_error(text: str, tmp_path: Path) -> None:
    (tmp_path / "scored.csv").write_text(text)
    with pytest.raises(WrongAnswer):
        check(tmp_path / "scored.csv", 8)
