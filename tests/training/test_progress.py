import pytest
from sklearn.dummy import DummyClassifier

from training.progress import progress


def test_returns_scikit_learns_score_and_counts_it(capsys: pytest.CaptureFixture[str]) -> None:
    constant = DummyClassifier(strategy="constant", constant=1).fit([[0], [0]], [0, 1])
    with progress(2) as make_scorer:
        assert make_scorer("f1")(constant, [[0], [0]], [0, 1]) == pytest.approx(2 / 3)
        assert make_scorer("accuracy")(constant, [[0], [0]], [0, 1]) == 0.5
        folder = make_scorer("f1").counter.parent
    assert "cross-validation fits: 100%" in capsys.readouterr().err
    assert not folder.exists()


def test_the_bar_ends_when_the_work_fails() -> None:
    with pytest.raises(ZeroDivisionError), progress(2):
        1 / 0  # noqa: B018
