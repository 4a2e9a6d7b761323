import pytest
from sklearn.ensemble import GradientBoostingClassifier

from model import HOME, MEASUREMENTS
from training import dataset
from training.artefact import read_search
from training.dataset import Dataset
from training.fit import fit


@pytest.fixture(scope="session")
def data() -> Dataset:
    """All patients, with the request contract's five features."""
    return dataset.load().select([measurement.column for measurement in MEASUREMENTS])


@pytest.fixture(scope="session")
def estimator(data: Dataset) -> GradientBoostingClassifier:
    """A fresh fit of what the stored search found."""
    return fit(data, read_search(HOME)["parameters"])
