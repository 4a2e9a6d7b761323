import numpy as np

from model import FEATURES
from training import dataset
from training.baselines import MAJORITY, SCORECARD, candidates

PARAMETERS = {"max_depth": 1, "n_estimators": 7}


def test_only_one_of_them_sees_all_features() -> None:
    everything = dataset.load()
    seen = {name: each.seen(everything) for name, each in candidates(PARAMETERS).items()}
    assert [name for name, data in seen.items() if len(data.columns) == 30] == ["logisticAll"]
    five = tuple(measurement.column for measurement in FEATURES)
    assert seen[SCORECARD].columns == five


def test_the_served_model_has_the_stored_parameters() -> None:
    made = candidates(PARAMETERS)[SCORECARD].make()
    assert (made.n_estimators, made.max_depth, made.learning_rate) == (7, 1, 0.01)


def test_the_majority_is_the_share_of_tumours(data: dataset.Dataset) -> None:
    made = candidates(PARAMETERS)[MAJORITY].make().fit(data.train, data.train_labels)
    assert np.ptp(made.predict_proba(data.test)[:, 1]) == 0
    assert made.predict_proba(data.test)[0, 1] == data.train_labels.mean()


def test_each_is_made_anew() -> None:
    for candidate in candidates(PARAMETERS).values():
        assert candidate.make() is not candidate.make()
