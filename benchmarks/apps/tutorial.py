"""The service that tutorials make: unpickle the estimator, call `predict` in a `def` endpoint."""

import os
from pathlib import Path

import joblib
import numpy as np
from fastapi import FastAPI
from pydantic import BaseModel

_TRAINED = Path(__file__).parents[2] / "model" / "artifacts" / "clf.joblib"

app = FastAPI()
estimator = joblib.load(os.environ.get("ESTIMATOR", _TRAINED))


class Observation(BaseModel):
    """The five measurements."""

    meanConcavePoints: float  # noqa: N815
    worstRadius: float  # noqa: N815
    worstTexture: float  # noqa: N815
    worstArea: float  # noqa: N815
    worstConcavePoints: float  # noqa: N815


@app.post("/predict")
def predict(observation: Observation) -> dict[str, int]:
    """Predict whether the tumour is malignant (1) or benign (0)."""
    values = np.array([list(observation.model_dump().values())])
    return {"prediction": int(estimator.predict(values)[0])}
