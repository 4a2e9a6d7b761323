import os
from collections.abc import Iterator
from pathlib import Path

import joblib
import pytest

from benchmarks.model import fit_estimator
from benchmarks.peers.peer import Peer
from benchmarks.requests import prediction_requests
from benchmarks.servers import Server
from tests.conftest import ROOT

WRK_OUTPUT = '{"requests_per_s": 1000.5, "p50_ms": 8.25, "p99_ms": 24, "errors": 2}'


@pytest.fixture(scope="session")
def estimator(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fitted estimator, even where `make train` was not run."""
    path = tmp_path_factory.mktemp("estimator") / "clf.joblib"
    joblib.dump(fit_estimator(), path)
    return path


@pytest.fixture
def _estimator(estimator: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ESTIMATOR", str(estimator))


@pytest.fixture(scope="module")
def _untraced() -> Iterator[None]:
    """Measured processes start several times as fast without coverage."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("COVERAGE_")]:
            patch.delenv(name)
        yield


@pytest.fixture
def wrk_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A stand-in for wrk that prints recorded output and stores its arguments and the body."""
    program = tmp_path / "bin" / "wrk"
    program.parent.mkdir()
    program.write_text(
        '#!/bin/sh\ncd "$(dirname "$0")"\necho "$@" > arguments\nshift 11\ncp "$1" body\n'
        f"echo 'Running 1s test'\necho '{WRK_OUTPUT}'\n"
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent), prepend=os.pathsep)
    return program


SERVER_SCRIPT = """
import json, os, sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import model

label, responses = model.load().label, int(os.environ.get("RESPONSES", "-1"))
status = 503  # As from a server that loads its model.


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # Head and body in one packet.

    def do_POST(self):
        global responses, status
        if not responses:
            os._exit(0)
        responses -= 1
        values = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        body = json.dumps([label(values) if os.path.exists("prepared") else 1]).encode()
        self.send_response(404 if self.path == "/missing" else status)
        status = 200
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""
"""A server of predictions that predicts 1 unless its folder has a file ``prepared``."""


def stand_in(name: str, *command: str, **environment: str) -> Server:
    """Return a server with this command, which needs no packages."""
    requests = prediction_requests("/predict", list, lambda response: response[0])
    return Server(name, "none", command, requests, {"PYTHONPATH": str(ROOT), **environment})


class PeerFactory:
    """Makes peers that need no packages and predict correctly once they are prepared."""

    prepare = ("python", "-c", "open('prepared', 'w')")
    command = ("python", "-c", SERVER_SCRIPT, "{port}")

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __call__(
        self,
        name: str,
        requirements: str = "",
        prepare: tuple[str, ...] = prepare,
        command: tuple[str, ...] = command,
        **environment: str,
    ) -> Peer:
        file = self.folder / f"{name}.in"
        file.write_text(requirements or f"# {name}==1.0\n")
        return Peer(stand_in(name, *command, **environment), file, prepare)


@pytest.fixture
def make_peer(tmp_path: Path) -> PeerFactory:
    return PeerFactory(tmp_path)
