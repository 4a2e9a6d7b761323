import pytest

from model import errors


@pytest.mark.parametrize(
    ("error", "parent"),
    [
        (errors.ScorecardMissing, errors.ScorecardError),
        (errors.ScorecardAltered, errors.ScorecardError),
        (errors.ScorecardInvalid, errors.ScorecardError),
        (errors.ScorecardVersionUnsupported, errors.ScorecardInvalid),
        (errors.GoldenVectorMismatch, errors.ScorecardError),
    ],
)
def test_the_hierarchy_is_as_documented(error: type[Exception], parent: type[Exception]) -> None:
    assert error.__base__ is parent
