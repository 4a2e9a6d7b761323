import numpy as np
import pytest

from model import FEATURES, InputCheck
from training.dataset import Dataset, Rows
from training.input_checks import learn_input_checks


def inputs(row: Rows, check: InputCheck) -> list[float]:
    names = [info.name for info in FEATURES]
    return [float(row[names.index(name)]) for name in check.features]


def test_every_patient_passes_also_those_held_out(data: Dataset) -> None:
    rows, _ = data.pooled()
    assert all(
        check.holds(*inputs(row, check)) for check in learn_input_checks(data) for row in rows
    )


def test_the_bounds_are_no_wider_than_needed(data: Dataset) -> None:
    excess, roundness = learn_input_checks(data)
    assert excess.minimum == (data.train[:, 4] - data.train[:, 0]).min() == 0.0
    ratios = data.train[:, 3] / (np.pi * data.train[:, 1] ** 2)
    assert (roundness.minimum, roundness.maximum) == (0.81, 1.06)
    assert 0 <= ratios.min() - 0.81 < 0.01
    assert 0 <= 1.06 - ratios.max() < 0.01
    assert "0.81 to 1.06 times" in roundness.message


def test_the_bounds_follow_the_data(data: Dataset) -> None:
    changed = data.fold(np.arange(455), np.arange(455, 569))
    changed.train[0, 3] *= 2
    ratio = changed.train[0, 3] / (np.pi * changed.train[0, 1] ** 2)
    assert learn_input_checks(changed)[1].maximum == pytest.approx(np.ceil(100 * ratio) / 100)
