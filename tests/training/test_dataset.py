import numpy as np
from sklearn.datasets import load_breast_cancer

from model import Scorecard
from training import dataset


def test_malignant_is_1() -> None:
    patients = dataset.load()
    labels = np.concatenate([patients.train_labels, patients.test_labels])
    assert (len(labels), labels.sum()) == (569, 212)
    source = load_breast_cancer()
    assert list(source.target_names) == ["malignant", "benign"]
    first = np.flatnonzero((source.data == patients.train[0]).all(axis=1))[0]
    assert patients.train_labels[0] == 1 - source.target[first]


def test_a_fifth_is_held_out() -> None:
    patients = dataset.load()
    assert patients.train.shape == (455, 30)
    assert patients.test.shape == (114, 30)
    assert len(patients.columns) == 30


def test_selecting_keeps_the_order_asked_for() -> None:
    patients = dataset.load()
    chosen = patients.select(["worst area", "mean radius"])
    assert chosen.columns == ("worst area", "mean radius")
    assert (chosen.train[:, 1] == patients.train[:, 0]).all()
    assert (chosen.test[:, 1] == patients.test[:, 0]).all()


def test_the_hash_in_the_scorecard_is_that_of_the_training_data(
    scorecard: Scorecard, data: dataset.Dataset
) -> None:
    assert scorecard.provenance["data"] == data.provenance()
    changed = data.train.copy()
    changed[0, 0] += 1
    other = dataset.Dataset(data.columns, changed, data.train_labels, data.test, data.test_labels)
    assert other.provenance()["sha256"] != data.provenance()["sha256"]
