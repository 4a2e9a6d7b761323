"""The model: load, verify and evaluate a scorecard. Needs only the standard library.

>>> import model
>>> scorecard = model.load()
>>> result = scorecard.predict((0.07951, 24.86, 26.58, 1866.0, 0.01))
>>> result.label, result.decision, round(result.probability, 4)
(1, 'malignant', 0.9321)

The values are those of `FEATURES`, in that order.
"""

from model.band import Band, Decision
from model.errors import (
    GoldenVectorMismatch,
    ScorecardAltered,
    ScorecardError,
    ScorecardInvalid,
    ScorecardMissing,
    ScorecardVersionUnsupported,
)
from model.features import FEATURES, FeatureInfo
from model.input_checks import InputCheck, InputWarning
from model.loading import (
    ARTIFACTS,
    FORMAT_VERSION,
    GOLDEN_TOLERANCE,
    SCORECARD_FILE,
    load,
    parse,
    warning_summaries,
)
from model.scorecard import Feature, PredictionResult, Scorecard
from model.seal import seal

__all__ = [
    "ARTIFACTS",
    "FEATURES",
    "FORMAT_VERSION",
    "GOLDEN_TOLERANCE",
    "SCORECARD_FILE",
    "Band",
    "Decision",
    "Feature",
    "FeatureInfo",
    "GoldenVectorMismatch",
    "InputCheck",
    "InputWarning",
    "PredictionResult",
    "Scorecard",
    "ScorecardAltered",
    "ScorecardError",
    "ScorecardInvalid",
    "ScorecardMissing",
    "ScorecardVersionUnsupported",
    "load",
    "parse",
    "seal",
    "warning_summaries",
]
