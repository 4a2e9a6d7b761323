from model import FEATURES, Scorecard


def test_the_scorecard_has_the_features_of_the_contract(scorecard: Scorecard) -> None:
    fields = [(each.name, each.column, each.description) for each in scorecard.features]
    assert fields == [(each.name, each.column, each.description) for each in FEATURES]


def test_names_are_the_columns_in_camel_case() -> None:
    for feature in FEATURES:
        first, *rest = feature.column.split()
        assert feature.name == first + "".join(map(str.capitalize, rest))


def test_names_have_the_order_of_the_contract() -> None:
    assert [feature.name for feature in FEATURES] == [
        "meanConcavePoints",
        "worstRadius",
        "worstTexture",
        "worstArea",
        "worstConcavePoints",
    ]
