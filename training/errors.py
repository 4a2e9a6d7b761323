"""Why training can stop. Whatever the reason, no file has been changed.

::

    TrainingError
    ├── EvidenceMissing
    ├── EvidenceStale
    ├── FeaturesDiffer
    ├── NotAdditive
    ├── NotBinary
    ├── NotExact
    └── SearchMissing
"""


class TrainingError(Exception):
    """Training stopped; the message names the cause and the cure."""


class EvidenceMissing(TrainingError):
    """There is no usable record of an evaluation."""


class EvidenceStale(TrainingError):
    """The evaluation was of another model, or of other patients, than are to be fitted."""


class FeaturesDiffer(TrainingError):
    """The features are not those of the request contract."""


class NotAdditive(TrainingError):
    """The ensemble is not a sum of functions of one feature each."""


class NotBinary(TrainingError):
    """The target does not have exactly the two classes 0 and 1."""


class NotExact(TrainingError):
    """The compiled scorecard does not give scikit-learn's answers."""


class SearchMissing(TrainingError):
    """There is no usable record of the search whose result is to be fitted."""
