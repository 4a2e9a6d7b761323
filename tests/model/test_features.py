from itertools import pairwise

from model import FEATURES, Scorecard


def test_the_scorecard_describes_its_features_as_the_contract_does(scorecard: Scorecard) -> None:
    described = [(f.name, f.column, f.description) for f in scorecard.features]
    assert described == [(m.name, m.column, m.description) for m in FEATURES]


def test_the_names_are_the_columns_in_camel_case() -> None:
    for measurement in FEATURES:
        first, *rest = measurement.column.split()
        assert measurement.name == first + "".join(word.capitalize() for word in rest)


def test_the_order_is_the_request_contracts() -> None:
    assert [measurement.name for measurement in FEATURES] == [
        "meanConcavePoints",
        "worstRadius",
        "worstTexture",
        "worstArea",
        "worstConcavePoints",
    ]
    assert all(a.description != b.description for a, b in pairwise(FEATURES))
