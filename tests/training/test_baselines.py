import numpy as np

from model import FEATURES
from training.baselines import MAJORITY, baselines
from training.dataset import Dataset

MODELS = baselines({})


def test_only_one_model_uses_all_features(all_columns: Dataset) -> None:
    columns = {name: model.select(all_columns).columns for name, model in MODELS.items()}
    assert columns.pop("logisticAll") == all_columns.columns
    assert set(columns.values()) == {tuple(info.column for info in FEATURES)}


def test_the_majority_model_predicts_the_share_of_malignant_tumours(data: Dataset) -> None:
    estimator = MODELS[MAJORITY].make_estimator().fit(data.train, data.train_labels)
    probabilities = estimator.predict_proba(data.test)[:, 1]
    assert np.ptp(probabilities) == 0
    assert probabilities[0] == data.train_labels.mean()
