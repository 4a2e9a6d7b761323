"""The peers, each with one worker, as its own documentation has a scikit-learn model served."""

import signal
from pathlib import Path

from benchmarks.peers.peer import Peer

_HERE = Path(__file__).parent
_SERVERS = _HERE / "servers"

MLSERVER = Peer(
    "MLServer",
    "mlserver",
    _HERE / "mlserver.txt",
    ("mlserver", "start", str(_SERVERS / "mlserver")),
    "/v2/models/classifier/infer",
    lambda values: {
        "inputs": [{"name": "predict", "shape": [1, 5], "datatype": "FP32", "data": [*values]}]
    },
    lambda answer: answer["outputs"][0]["data"][0],
    environment={
        # Its own choice is debug mode, with a line for each request.
        "MLSERVER_DEBUG": "false",
        "MLSERVER_MODEL_URI": "{estimator}",
        "MLSERVER_HOST": "127.0.0.1",
        "MLSERVER_HTTP_PORT": "{port}",
        # Any that is free: it listens there, too.
        "MLSERVER_GRPC_PORT": "0",
        "MLSERVER_METRICS_PORT": "0",
    },
)

BENTOML = Peer(
    "BentoML",
    "bentoml",
    _HERE / "bentoml.txt",
    (
        *("bentoml", "serve", "bentoml_service:Classifier", "--working-dir", str(_SERVERS)),
        *("--host", "127.0.0.1", "--port", "{port}"),
    ),
    "/predict",
    lambda values: {"values": [[*values]]},
    lambda answer: answer[0],
    prepare=("python", str(_SERVERS / "bentoml_service.py")),
    environment={"BENTOML_DO_NOT_TRACK": "True"},
)

LITSERVE = Peer(
    "LitServe",
    "litserve",
    _HERE / "litserve.txt",
    ("python", str(_SERVERS / "litserve_server.py"), "{port}"),
    "/predict",
    lambda values: {"input": [*values]},
    lambda answer: answer["output"],
    # On SIGTERM it leaves processes behind.
    stop_with=signal.SIGINT,
)

KSERVE = Peer(
    "KServe",
    "kserve",
    _HERE / "kserve.txt",
    ("python", str(_SERVERS / "kserve_server.py"), "--http_port", "{port}", "--enable_grpc", "no"),
    "/v1/models/classifier:predict",
    lambda values: {"instances": [[*values]]},
    lambda answer: answer["predictions"][0],
)

MLFLOW = Peer(
    "MLflow",
    "mlflow",
    _HERE / "mlflow.txt",
    (
        *("mlflow", "models", "serve", "--model-uri", "model", "--env-manager", "local"),
        *("--host", "127.0.0.1", "--port", "{port}"),
    ),
    "/invocations",
    lambda values: {"inputs": [[*values]]},
    lambda answer: answer["predictions"][0],
    prepare=("python", str(_SERVERS / "mlflow_model.py")),
    environment={"MLFLOW_DISABLE_TELEMETRY": "true"},
)

PEERS = (MLSERVER, BENTOML, LITSERVE, KSERVE, MLFLOW)
