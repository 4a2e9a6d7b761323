import pytest
from sklearn.ensemble import GradientBoostingClassifier

from model import ARTIFACTS, FEATURES
from training import dataset
from training.artifacts import read_search
from training.dataset import Dataset
from training.fit import fit


@pytest.fixture(scope="session")
def data() -> Dataset:
    """All patients, with the request contract's five features."""
    return dataset.load().select([measurement.column for measurement in FEATURES])


@pytest.fixture(scope="session")
def estimator(data: Dataset) -> GradientBoostingClassifier:
    """A fresh fit of what the stored search found."""
    return fit(data, read_search(ARTIFACTS)["parameters"])
