import numpy as np
import pytest

from model import FEATURES, InputCheck, Scorecard
from training.dataset import Dataset, Rows
from training.input_checks import learn_input_checks


def test_the_scorecard_has_what_the_training_rows_teach(
    data: Dataset, scorecard: Scorecard
) -> None:
    assert scorecard.input_checks == learn_input_checks(data)


def measured(row: Rows, relation: InputCheck) -> list[float]:
    names = [measurement.name for measurement in FEATURES]
    return [row.tolist()[names.index(feature)] for feature in relation.features]


def test_every_patient_is_within_them_also_those_held_out(data: Dataset) -> None:
    rows, _ = data.pooled()
    relations = learn_input_checks(data)
    assert len(rows) == 569
    assert all(relation.holds(*measured(row, relation)) for relation in relations for row in rows)


def test_they_are_no_wider_than_the_training_rows_need(data: Dataset) -> None:
    order, shape = learn_input_checks(data)
    assert order.minimum == (data.train[:, 4] - data.train[:, 0]).min() == 0.0
    ratios = data.train[:, 3] / (np.pi * data.train[:, 1] ** 2)
    assert shape.minimum is not None
    assert shape.maximum is not None
    assert 0 <= ratios.min() - shape.minimum < 0.01
    assert 0 <= shape.maximum - ratios.max() < 0.01
    assert (shape.minimum, shape.maximum) == (0.81, 1.06)
    assert "0.81 to 1.06 times" in shape.message


def test_they_follow_the_data(data: Dataset) -> None:
    data.train[:, 3].sum()
    wider = data.fold(np.arange(455), np.arange(455, 569))
    wider.train[0, 3] *= 2
    assert learn_input_checks(wider)[1].maximum == pytest.approx(
        np.ceil(100 * wider.train[0, 3] / (np.pi * wider.train[0, 1] ** 2)) / 100
    )
