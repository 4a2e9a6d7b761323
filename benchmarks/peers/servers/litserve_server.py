"""The estimator behind LitServe, as in its documentation: ``python litserve_server.py PORT``."""

import os
import sys
from typing import Any

import joblib
import litserve


class Classifier(litserve.LitAPI):
    """One request, one row."""

    def setup(self, device: str) -> None:  # noqa: ARG002
        """Load the estimator."""
        self.estimator = joblib.load(os.environ["ESTIMATOR"])

    def predict(self, request: Any) -> dict[str, int]:
        """Return the label of the row."""
        return {"output": int(self.estimator.predict([request["input"]])[0])}


if __name__ == "__main__":
    server = litserve.LitServer(Classifier(), accelerator="cpu", workers_per_device=1)
    server.run(host="127.0.0.1", port=int(sys.argv[1]), generate_client_file=False)
