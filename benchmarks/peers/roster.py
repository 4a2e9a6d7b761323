"""The peers, each with one worker, configured as its documentation describes."""

import signal
from pathlib import Path

from benchmarks.estimator import estimator_file
from benchmarks.peers.peer import Peer
from benchmarks.requests import prediction_requests
from benchmarks.servers import Server

_FOLDER = Path(__file__).parent
_SCRIPTS = _FOLDER / "servers"
_OWN = "its own server"

MLSERVER = Server(
    "MLServer",
    _OWN,
    ("mlserver", "start", str(_SCRIPTS / "mlserver")),
    prediction_requests(
        "/v2/models/classifier/infer",
        lambda values: {
            "inputs": [{"name": "predict", "shape": [1, 5], "datatype": "FP32", "data": [*values]}]
        },
        lambda response: response["outputs"][0]["data"][0],
    ),
    {
        # By default it runs in debug mode and logs each request.
        "MLSERVER_DEBUG": "false",
        "MLSERVER_MODEL_URI": str(estimator_file()),
        "MLSERVER_HOST": "127.0.0.1",
        "MLSERVER_HTTP_PORT": "{port}",
        # Any free port: it listens there, too.
        "MLSERVER_GRPC_PORT": "0",
        "MLSERVER_METRICS_PORT": "0",
    },
)
BENTOML = Server(
    "BentoML",
    _OWN,
    (
        *("bentoml", "serve", "bentoml_service:Classifier", "--working-dir", str(_SCRIPTS)),
        *("--host", "127.0.0.1", "--port", "{port}"),
    ),
    prediction_requests(
        "/predict", lambda values: {"values": [[*values]]}, lambda response: response[0]
    ),
    {"BENTOML_DO_NOT_TRACK": "True"},
)
LITSERVE = Server(
    "LitServe",
    _OWN,
    ("python", str(_SCRIPTS / "litserve_server.py"), "{port}"),
    prediction_requests(
        "/predict", lambda values: {"input": [*values]}, lambda response: response["output"]
    ),
    # It leaves processes behind on SIGTERM.
    stop_signal=signal.SIGINT,
)
KSERVE = Server(
    "KServe",
    _OWN,
    ("python", str(_SCRIPTS / "kserve_server.py"), "{port}"),
    prediction_requests(
        "/v1/models/classifier:predict",
        lambda values: {"instances": [[*values]]},
        lambda response: response["predictions"][0],
    ),
)
MLFLOW = Server(
    "MLflow",
    _OWN,
    (
        *("mlflow", "models", "serve", "--model-uri", "model", "--env-manager", "local"),
        *("--host", "127.0.0.1", "--port", "{port}"),
    ),
    prediction_requests(
        "/invocations",
        lambda values: {"inputs": [[*values]]},
        lambda response: response["predictions"][0],
    ),
    {"MLFLOW_DISABLE_TELEMETRY": "true"},
)

PEERS = (
    Peer(MLSERVER, _FOLDER / "mlserver.in"),
    Peer(BENTOML, _FOLDER / "bentoml.in", ("python", str(_SCRIPTS / "bentoml_service.py"))),
    Peer(LITSERVE, _FOLDER / "litserve.in"),
    Peer(KSERVE, _FOLDER / "kserve.in"),
    Peer(MLFLOW, _FOLDER / "mlflow.in", ("python", str(_SCRIPTS / "mlflow_model.py"))),
)
