from model import FEATURES, Scorecard


def test_the_scorecard_has_the_features_of_the_contract(scorecard: Scorecard) -> None:
    fields = [(each.name, each.column, each.description) for each in scorecard.features]
    assert fields == [(each.name, each.column, each.description) for each in FEATURES]


def test_names_and_columns_are_those_of_the_contract_in_its_order() -> None:
    assert [(feature.name, feature.column) for feature in FEATURES] == [
        ("meanConcavePoints", "mean concave points"),
        ("worstRadius", "worst radius"),
        ("worstTexture", "worst texture"),
        ("worstArea", "worst area"),
        ("worstConcavePoints", "worst concave points"),
    ]
