"""The classic function, as tutorials have it: unpickle the estimator, call predict."""

import json
import os
from pathlib import Path
from typing import Any

import joblib

_TRAINED = Path(__file__).parents[2] / "model" / "artifacts" / "clf.joblib"

estimator = joblib.load(os.environ.get("ESTIMATOR", _TRAINED))


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Answer one Function URL event."""
    values = list(json.loads(event["body"]).values())
    prediction = int(estimator.predict([values])[0])
    return {"statusCode": 200, "body": json.dumps({"prediction": prediction})}
