"""What can be wrong with a scorecard, as a hierarchy that a caller can catch.

::

    ScorecardError
    ├── ScorecardMissing
    ├── ScorecardAltered
    ├── ScorecardInvalid
    │   └── ScorecardVersionUnsupported
    └── GoldenVectorMismatch
"""


class ScorecardError(Exception):
    """The scorecard cannot be trusted, so nothing may be predicted with it."""


class ScorecardMissing(ScorecardError):
    """There is no scorecard file, or it cannot be read."""


class ScorecardAltered(ScorecardError):
    """The file's text does not have the SHA-256 that the file itself states."""


class ScorecardInvalid(ScorecardError):
    """The text is sealed, but it does not describe a model."""


class ScorecardVersionUnsupported(ScorecardInvalid):
    """The scorecard follows another version of the format than this code reads."""


class GoldenVectorMismatch(ScorecardError):
    """The loaded tables do not give the score that training recorded."""
