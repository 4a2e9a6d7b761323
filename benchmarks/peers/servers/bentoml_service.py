"""The estimator behind BentoML; run as a script, store it in BentoML's model store."""

import os

import bentoml
import joblib
import numpy as np


@bentoml.service
class Classifier:
    """A service as in BentoML's documentation, which batches waiting requests."""

    model_of_classifier = bentoml.models.BentoModel("classifier:latest")

    def __init__(self) -> None:
        """Load the estimator."""
        self.estimator = bentoml.sklearn.load_model(self.model_of_classifier)

    @bentoml.api(batchable=True)
    def predict(self, values: np.ndarray) -> np.ndarray:
        """Return a label for each row."""
        return self.estimator.predict(values)


if __name__ == "__main__":
    bentoml.sklearn.save_model("classifier", joblib.load(os.environ["ESTIMATOR"]))
