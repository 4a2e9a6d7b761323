"""The estimator behind KServe: ``python kserve_server.py PORT``.

KServe's own scikit-learn server is on no registry; this does the same with KServe.
"""

import os
import socket
import sys
from typing import Any

import joblib
from kserve import Model, ModelServer
from kserve.protocol.rest.server import RESTServer
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


if __name__ == "__main__":
    model = Classifier("classifier")
    model.load()
    models = ModelServer(enable_grpc=False)
    models.register_model(model)
    server = RESTServer(
        "kserve.model_server:app", models.dataplane, models.model_repository_extension, 0
    )
    # ModelServer.start() would listen on every address of the machine.
    with socket.create_server(("127.0.0.1", int(sys.argv[1]))) as listener:
        sys.argv[1:] = []
        server.run(sockets=[listener])
