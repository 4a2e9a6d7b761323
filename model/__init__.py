"""The model itself: load, verify and evaluate the scorecard, with the standard library.

>>> import model
>>> scorecard = model.load()
>>> scorecard.label((0.07951, 24.86, 26.58, 1866.0, 0.01))
1
"""

from model.band import Band, Decision
from model.envelope import Caution, Relation
from model.errors import (
    GoldenVectorMismatch,
    ScorecardAltered,
    ScorecardError,
    ScorecardInvalid,
    ScorecardMissing,
    ScorecardVersionUnsupported,
)
from model.features import MEASUREMENTS, Measurement
from model.loading import GOLDEN_TOLERANCE, HOME, SCORECARD, VERSION, load, parse, summary
from model.scorecard import Feature, Scorecard, Verdict
from model.seal import seal

__all__ = [
    "GOLDEN_TOLERANCE",
    "HOME",
    "MEASUREMENTS",
    "SCORECARD",
    "VERSION",
    "Band",
    "Caution",
    "Decision",
    "Feature",
    "GoldenVectorMismatch",
    "Measurement",
    "Relation",
    "Scorecard",
    "ScorecardAltered",
    "ScorecardError",
    "ScorecardInvalid",
    "ScorecardMissing",
    "ScorecardVersionUnsupported",
    "Verdict",
    "load",
    "parse",
    "seal",
    "summary",
]
