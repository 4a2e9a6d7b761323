from dataclasses import replace

import numpy as np
from sklearn.datasets import load_breast_cancer

from training.dataset import Dataset


def test_malignant_is_1_and_a_fifth_is_held_out(all_columns: Dataset) -> None:
    source = load_breast_cancer()
    assert list(source.target_names) == ["malignant", "benign"]
    rows, labels = all_columns.pooled()
    positions = [np.flatnonzero((source.data == row).all(axis=1))[0] for row in rows]
    assert sorted(positions) == list(range(569))
    assert (labels == 1 - source.target[positions]).all()
    assert labels.sum() == 212
    assert (all_columns.train.shape, all_columns.test.shape) == ((455, 30), (114, 30))
    assert len(all_columns.columns) == 30


def test_selects_columns_in_the_given_order(all_columns: Dataset) -> None:
    selected = all_columns.select(["worst area", "mean radius"])
    assert selected.columns == ("worst area", "mean radius")
    assert (selected.train[:, 1] == all_columns.train[:, 0]).all()
    assert (selected.test[:, 1] == all_columns.test[:, 0]).all()


def test_the_hash_covers_rows_and_labels(data: Dataset) -> None:
    other_labels = replace(data, train_labels=1 - data.train_labels)
    other_rows = replace(data, train=data.train + 1)
    variants = (data, other_labels, other_rows)
    assert len({variant.provenance()["sha256"] for variant in variants}) == 3
