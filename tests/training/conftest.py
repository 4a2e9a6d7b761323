from typing import Any

import pytest
from sklearn.ensemble import GradientBoostingClassifier

from model import ARTIFACTS, FEATURES
from training import dataset
from training.artifacts import read_evaluation_record, read_search_result
from training.dataset import Dataset
from training.evaluation import OutOfFold
from training.fit import fit


@pytest.fixture(scope="session")
def all_columns() -> Dataset:
    """All patients with thirty features."""
    return dataset.load()


@pytest.fixture(scope="session")
def data(all_columns: Dataset) -> Dataset:
    """All patients with the five features of the request contract."""
    return all_columns.select([info.column for info in FEATURES])


@pytest.fixture(scope="session")
def estimator(data: Dataset) -> GradientBoostingClassifier:
    """A new fit of the committed search result."""
    return fit(data, read_search_result(ARTIFACTS)["parameters"])


@pytest.fixture(scope="session")
def record() -> dict[str, Any]:
    """The committed evaluation record."""
    return read_evaluation_record(ARTIFACTS)


@pytest.fixture(scope="session")
def predictions(record: dict[str, Any]) -> OutOfFold:
    """The committed out-of-fold predictions."""
    return OutOfFold.from_table(record["patients"])
