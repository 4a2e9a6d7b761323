"""Errors raised when a scorecard cannot be loaded.

::

    ScorecardError
    ├── ScorecardMissing
    ├── ScorecardAltered
    ├── ScorecardInvalid
    │   └── ScorecardVersionUnsupported
    └── GoldenVectorMismatch
"""


class ScorecardError(Exception):
    """The scorecard cannot be trusted and must not be used for predictions."""


class ScorecardMissing(ScorecardError):
    """The scorecard file does not exist or cannot be read."""


class ScorecardAltered(ScorecardError):
    """The file's content does not match the SHA-256 stated in it."""


class ScorecardInvalid(ScorecardError):
    """The SHA-256 matches, but the content does not describe a model."""


class ScorecardVersionUnsupported(ScorecardInvalid):
    """The scorecard has a format version that this code does not read."""


class GoldenVectorMismatch(ScorecardError):
    """The model does not reproduce a result recorded in training."""
