"""Stock clients that offer HTTP/2 without TLS get their prediction."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.servers.processes import Server
from tests.servers.raw import OBSERVATION, PREDICTION

BODY = OBSERVATION.decode()
CURL = ("curl", "--silent", "--fail", "--header", "Content-Type: application/json")
COMMANDS = {
    "java": ("java", str(Path(__file__).with_name("Client.java")), BODY),
    "curl-http1": (*CURL, "--http1.1", "--data", BODY),
    "curl-http2": (*CURL, "--http2", "--data", BODY),
}


@pytest.mark.parametrize("client", COMMANDS)
def test_client_gets_its_prediction(server: Server, client: str) -> None:
    command = COMMANDS[client]
    if shutil.which(command[0]) is None:
        assert client != "java" or os.environ.get("REQUIRE_JAVA") != "1", "java is not installed"
        pytest.skip(f"{command[0]} is not installed")
    url = f"http://127.0.0.1:{server.port}/predict"
    done = subprocess.run([*command, url], capture_output=True, timeout=60, check=True)
    assert json.loads(done.stdout) == PREDICTION
