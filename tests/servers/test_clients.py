"""Stock clients that offer HTTP/2 without TLS get their prediction."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.servers.processes import Server
from tests.servers.raw import OBSERVATION, PREDICTION

CLIENT = Path(__file__).with_name("Client.java")


def run(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_java_client_gets_its_prediction(server: Server) -> None:
    if shutil.which("java") is None:
        assert os.environ.get("REQUIRE_JAVA") != "1", "java is required, and not installed"
        pytest.skip("java is not installed")
    url = f"http://127.0.0.1:{server.port}/predict"
    status, _, body = run("java", str(CLIENT), url, OBSERVATION.decode()).partition(" ")
    assert status == "200"
    assert json.loads(body) == PREDICTION


@pytest.mark.parametrize("option", ["--http1.1", "--http2"])
def test_curl_gets_its_prediction(server: Server, option: str) -> None:
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed")
    url = f"http://127.0.0.1:{server.port}/predict"
    header = ("--header", "Content-Type: application/json")
    command = ("curl", "--silent", "--fail", option, *header, "--data", OBSERVATION.decode(), url)
    assert json.loads(run(*command)) == PREDICTION
