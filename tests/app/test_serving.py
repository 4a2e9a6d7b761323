"""``python -m app``, as the container image starts it."""

import os
import signal
import subprocess
import sys

import httpx

from app.observation import EXAMPLES
from tests.conftest import ROOT

SERVE = [sys.executable, "-m", "app"]


def started(**variables: str) -> "subprocess.Popen[str]":
    environment = {**os.environ, **variables}
    return subprocess.Popen(SERVE, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True)


def test_it_serves_where_it_is_told_and_exits_with_0_on_sigterm(port: int) -> None:
    with started(HOST="127.0.0.1", PORT=str(port)) as process:
        assert process.stderr is not None
        lines = iter(process.stderr.readline, "")
        assert any(f"running on http://127.0.0.1:{port} " in line for line in lines)
        answer = httpx.post(f"http://127.0.0.1:{port}/predict", json=EXAMPLES["malignant"])
        assert answer.json()["prediction"] == 1
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=5)
    assert process.returncode == 0


def test_it_becomes_a_lambda_runtime_where_there_is_a_runtime_interface(port: int) -> None:
    """Nothing listens at the interface's address here, so it fails, and not as a server."""
    with started(AWS_LAMBDA_RUNTIME_API=f"127.0.0.1:{port}") as process:
        _, errors = process.communicate(timeout=30)
    assert process.returncode != 0
    assert "awslambdaric" in errors
    assert "uvicorn" not in errors
