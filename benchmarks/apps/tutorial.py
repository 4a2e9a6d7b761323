"""The usual service: unpickle the estimator and call ``predict`` in a ``def`` endpoint."""

import joblib
import numpy as np
from fastapi import FastAPI

from benchmarks.apps.hello import Observation
from benchmarks.estimator import estimator_file

app = FastAPI()
estimator = joblib.load(estimator_file())


@app.post("/predict")
def predict(observation: Observation) -> dict[str, int]:
    """Predict whether the tumour is malignant (1) or benign (0)."""
    values = np.array([list(observation.model_dump().values())])
    return {"prediction": int(estimator.predict(values)[0])}
