"""The file of the fitted estimator, which `make train` writes."""

import os
from pathlib import Path

_TRAINED = Path(__file__).parents[1] / "model" / "artifacts" / "clf.joblib"


def estimator_file() -> Path:
    """Return the path of the estimator, or that in the environment variable ``ESTIMATOR``."""
    return Path(os.environ.get("ESTIMATOR", _TRAINED)).absolute()
