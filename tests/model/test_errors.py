from model import errors


def test_every_error_can_be_caught_as_a_scorecard_error() -> None:
    found = [each for each in vars(errors).values() if isinstance(each, type)]
    assert len(found) == 6
    assert all(issubclass(error, errors.ScorecardError) for error in found)
    assert issubclass(errors.ScorecardVersionUnsupported, errors.ScorecardInvalid)
