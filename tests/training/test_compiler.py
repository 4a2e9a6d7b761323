from dataclasses import replace
from math import inf, nextafter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.ensemble import GradientBoostingClassifier

from training import dataset
from training.compiler import boundary, compile_ensemble
from training.dataset import Dataset
from training.errors import FeaturesDiffer, NotAdditive, NotBinary
from training.fit import fit


@given(st.floats(min_value=-1e30, max_value=1e30))
def test_a_boundary_is_where_the_float32_comparison_changes(threshold: float) -> None:
    last = boundary(threshold)
    assert float(np.float32(last)) <= threshold
    assert float(np.float32(nextafter(last, inf))) > threshold


@pytest.mark.parametrize("threshold", [0.0, 1.0, 0.1, 1 + 2**-24, 1 + 3 * 2**-24, 5e-324])
def test_a_boundary_next_to_a_float32_number_or_half_way(threshold: float) -> None:
    last = boundary(threshold)
    assert float(np.float32(last)) <= threshold < float(np.float32(nextafter(last, inf)))


def test_a_tree_without_a_split_is_a_constant(data: Dataset) -> None:
    """When all patients have the same values there is nothing to split on."""
    same = replace(data, train=np.ones_like(data.train))
    compiled = compile_ensemble(fit(same, {"n_estimators": 2, "max_depth": 1}), same)
    assert all(feature.thresholds == () for feature in compiled.features)


def test_an_ensemble_that_is_not_additive(data: Dataset) -> None:
    deep = fit(data, {"n_estimators": 2, "max_depth": 2})
    with pytest.raises(NotAdditive, match=r"tree 1 has 3 splits.*fit with max_depth=1"):
        compile_ensemble(deep, data)


def test_a_target_with_three_classes(data: Dataset) -> None:
    labels = data.train_labels.copy()
    labels[:50] = 2
    three = fit(replace(data, train_labels=labels), {"n_estimators": 1, "max_depth": 1})
    with pytest.raises(NotBinary, match=r"classes \[0, 1, 2\]; code it as 0 for benign and 1"):
        compile_ensemble(three, data)


def test_a_target_that_is_coded_otherwise(data: Dataset) -> None:
    estimator = GradientBoostingClassifier(n_estimators=1, max_depth=1)
    estimator.fit(data.train, np.where(data.train_labels == 1, "M", "B"))
    with pytest.raises(NotBinary, match=r"classes \['B', 'M'\]"):
        compile_ensemble(estimator, data)


def test_a_feature_that_the_contract_does_not_know() -> None:
    other = dataset.load().select(["mean radius", "worst area"])
    with pytest.raises(FeaturesDiffer, match="are mean radius, worst area; the request contract"):
        compile_ensemble(fit(other, {"n_estimators": 1, "max_depth": 1}), other)
