from pathlib import Path

import pytest
from sklearn.dummy import DummyClassifier

from training.progress import progress


def test_a_score_is_scikit_learns_and_is_counted(capsys: pytest.CaptureFixture[str]) -> None:
    constant = DummyClassifier(strategy="constant", constant=1).fit([[0], [0]], [0, 1])
    with progress(2, "fits") as scorer:
        assert scorer("f1")(constant, [[0], [0]], [0, 1]) == pytest.approx(2 / 3)
        assert scorer("accuracy")(constant, [[0], [0]], [0, 1]) == 0.5
        folder = scorer("f1").ticks.parent
    assert "fits: 100%" in capsys.readouterr().err
    assert not Path(folder).exists()


def test_the_bar_ends_when_the_work_fails() -> None:
    with pytest.raises(ZeroDivisionError), progress(2, "fits"):
        1 / 0  # noqa: B018
