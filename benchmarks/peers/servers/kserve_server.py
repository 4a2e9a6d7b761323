"""The estimator behind KServe, as its own scikit-learn server, which is on no registry, has it."""

import os
from typing import Any

import joblib
import uvicorn
from kserve import Model, ModelServer
from kserve.utils.utils import get_predict_input, get_predict_response


class Classifier(Model):
    """A model for either of KServe's protocols."""

    def load(self) -> bool:
        """Load the estimator."""
        self.estimator = joblib.load(os.environ["ESTIMATOR"])
        self.ready = True
        return self.ready

    def predict(self, payload: Any, headers: Any = None) -> Any:  # noqa: ARG002
        """Return a label for each row."""
        labels = self.estimator.predict(get_predict_input(payload))
        return get_predict_response(payload, labels, self.name)


class OnLoopback(uvicorn.Config):
    """KServe would listen on every address of the machine, and can't be told another."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        """Take KServe's options but for the host."""
        super().__init__(*arguments, **{**options, "host": "127.0.0.1"})


if __name__ == "__main__":
    uvicorn.Config = OnLoopback
    model = Classifier("classifier")
    model.load()
    ModelServer().start([model])
