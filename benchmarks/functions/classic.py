"""The usual function: unpickle the scikit-learn estimator and call ``predict``."""

import json
from typing import Any

import joblib

from benchmarks.estimator import estimator_file

estimator = joblib.load(estimator_file())


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Handle a Function URL event."""
    values = list(json.loads(event["body"]).values())
    prediction = int(estimator.predict([values])[0])
    return {"statusCode": 200, "body": json.dumps({"prediction": prediction})}
