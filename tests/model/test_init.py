import doctest

import model


def test_the_documented_use_works() -> None:
    assert doctest.testmod(model) == (0, 4)
