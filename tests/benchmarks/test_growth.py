import pytest

from benchmarks.growth import exponent, shape


@pytest.mark.parametrize(
    ("power", "word"),
    [
        (-0.5, "falls"),
        (0, "flat"),
        (0.5, "grows, less than linearly"),
        (1, "linear"),
        (2, "grows more than linearly"),
    ],
)
def test_a_power_law_is_found_and_named(power: float, word: str) -> None:
    found = exponent({x: 7 * x**power for x in (1.0, 16.0, 256.0)})
    assert found == pytest.approx(power)
    assert shape(found) == word


def test_a_little_noise_does_not_change_the_word() -> None:
    assert shape(exponent({1: 100, 2: 104, 4: 97})) == "flat"
    assert shape(exponent({1: 100, 2: 210, 4: 380})) == "linear"
