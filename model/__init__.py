"""The model itself: load, verify and evaluate the scorecard, with the standard library.

>>> import model
>>> scorecard = model.load()
>>> scorecard.label((0.07951, 24.86, 26.58, 1866.0, 0.01))
1
"""

from model.errors import (
    GoldenVectorMismatch,
    ScorecardAltered,
    ScorecardError,
    ScorecardInvalid,
    ScorecardMissing,
    ScorecardVersionUnsupported,
)
from model.features import MEASUREMENTS, Measurement
from model.loading import GOLDEN_TOLERANCE, HOME, SCORECARD, VERSION, load, parse
from model.scorecard import Feature, Scorecard
from model.seal import seal

__all__ = [
    "GOLDEN_TOLERANCE",
    "HOME",
    "MEASUREMENTS",
    "SCORECARD",
    "VERSION",
    "Feature",
    "GoldenVectorMismatch",
    "Measurement",
    "Scorecard",
    "ScorecardAltered",
    "ScorecardError",
    "ScorecardInvalid",
    "ScorecardMissing",
    "ScorecardVersionUnsupported",
    "load",
    "parse",
    "seal",
]
