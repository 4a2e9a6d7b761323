from pathlib import Path
from typing import Any

import pytest

from benchmarks.peers.peer import Peer
from tests.conftest import ROOT

SERVER = """
import json, os, sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import model

label, answers = model.load().label, int(os.environ.get("ANSWERS", "-1"))


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        global answers
        if not answers:
            os._exit(0)
        answers -= 1
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        found = label(asked["values"]) if os.path.exists("prepared") else 1
        body = json.dumps([found]).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""

PREPARE = ("python", "-c", "open('prepared', 'w')")


@pytest.fixture(scope="module", autouse=True)
def _estimator(estimator: Path) -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ESTIMATOR", str(estimator))
        yield


class Pen:
    """Makes peers that need nothing that this machine doesn't have."""

    def __init__(self, folder: Path) -> None:
        self.server = folder / "server.py"
        self.server.write_text(SERVER)
        self.pinned = folder / "pinned.txt"
        self.pinned.write_text("# Nothing.\n")

    def peer(self, name: str, **changes: Any) -> Peer:
        """A peer that can do all, but for the ``changes``."""
        given = {
            "pinned": self.pinned,
            "command": ("python", str(self.server), "{port}"),
            "prepare": PREPARE,
            **changes,
        }
        variables = {"PYTHONPATH": str(ROOT), **changes.get("environment", {})}
        return Peer(
            name=name,
            package=name,
            path="/predict",
            body=lambda values: {"values": [*values]},
            label=lambda answer: answer[0],
            **{**given, "environment": variables},
        )


@pytest.fixture(scope="module")
def pen(tmp_path_factory: pytest.TempPathFactory) -> Pen:
    return Pen(tmp_path_factory.mktemp("pen"))
