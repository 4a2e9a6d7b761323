"""Errors that stop training before any file is changed.

::

    TrainingError
    ├── EvaluationRecordMissing
    ├── EvaluationRecordStale
    ├── FeaturesDiffer
    ├── NotAdditive
    ├── NotBinary
    ├── NotExact
    └── SearchResultMissing
"""


class TrainingError(Exception):
    """Training stopped. The message names the cause and the remedy."""


class EvaluationRecordMissing(TrainingError):
    """The evaluation record is missing or unusable."""


class EvaluationRecordStale(TrainingError):
    """The evaluation record belongs to another model or other data."""


class FeaturesDiffer(TrainingError):
    """The features are not those of the request contract."""


class NotAdditive(TrainingError):
    """A tree of the ensemble uses more than one split."""


class NotBinary(TrainingError):
    """The classes of the target are not 0 and 1."""


class NotExact(TrainingError):
    """The scorecard does not reproduce scikit-learn's scores and probabilities."""


class SearchResultMissing(TrainingError):
    """The search result is missing or unusable."""
