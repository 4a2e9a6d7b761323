import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks import contenders
from benchmarks.contenders import (
    HELLO,
    OURS,
    RAW,
    Contender,
    Question,
    WrongAnswer,
    descendants,
    running,
)

pytestmark = pytest.mark.usefixtures("untraced")


def program(script: str) -> Contender:
    """A contender that is a little program, whose arguments are a port and a number."""
    command = (sys.executable, "-c", script, "{port}", "{workers}")
    return Contender("little", command, [Question("/", b"{}", bool)])


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:  # pragma: no cover - whether it is reaped by now depends on the machine
        return False
    return state != "Z"


@pytest.mark.parametrize("contender", [OURS, HELLO, RAW], ids=lambda each: each.name)
def test_a_contender_is_started_asked_weighed_and_stopped(contender: Contender) -> None:
    with running(contender) as server:
        server.check()
        assert 0 < server.ready_s < 60
        assert 15 < server.resident_mb() < 200
    assert server.process.returncode is not None
    assert server.resident_mb() == 0


def test_ours_runs_with_as_many_workers_as_are_asked_for() -> None:
    with running(OURS, workers=2) as server:
        processes = descendants(server.process.pid)
        assert len(processes) >= 2
        server.check()
    deadline = time.monotonic() + 10
    while any(map(is_alive, processes)) and time.monotonic() < deadline:
        time.sleep(0.05)  # pragma: no cover - it ends when it ends
    assert not any(map(is_alive, processes))


@pytest.mark.parametrize(
    "questions",
    [
        [replace(OURS.questions[0], right=lambda answer: bool(answer["prediction"] == 0))],
        [OURS.questions[0], Question("/nowhere", b"{}", lambda _: True)],
        [Question("/predict", OURS.questions[0].body, lambda answer: bool(answer["label"]))],
    ],
)
def test_a_wrong_answer_is_an_error(questions: Sequence[Question]) -> None:
    with (
        running(replace(OURS, questions=questions)) as server,
        pytest.raises(WrongAnswer, match="ours answers /"),
    ):
        server.check()


def test_a_server_that_ends_at_once_is_an_error() -> None:
    with (
        pytest.raises(RuntimeError, match="little ended with status 7"),
        running(program("import sys; sys.exit(7)")),
    ):
        pass  # pragma: no cover


# It answers whatever is asked, but for the first time.
REFUSING = """
import http.server, sys, time

class Handler(http.server.BaseHTTPRequestHandler):
    asked = 0

    def do_POST(self):
        Handler.asked += 1
        self.send_response(200 if Handler.asked > 1 else 503)
        self.end_headers()
        self.wfile.write(b'{"fine": true}')

    def log_message(self, *_):
        pass

http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""


def test_a_server_that_refuses_at_first_is_waited_for() -> None:
    with running(program(REFUSING)) as server:
        server.check()


def test_a_server_that_never_answers_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contenders, "PATIENCE", 0.5)
    began = time.monotonic()
    # Nor does it end when it is told to.
    script = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)"
    with (
        pytest.raises(TimeoutError, match="little did not answer"),
        running(program(script)),
    ):
        pass  # pragma: no cover
    assert time.monotonic() - began < 30


def test_a_process_that_is_left_behind_is_ended(tmp_path: Path) -> None:
    script = (
        "import subprocess, sys; child = subprocess.Popen(['sleep', '60']);"
        f"open({str(tmp_path / 'child')!r}, 'w').write(str(child.pid));" + REFUSING
    )
    with running(program(script)):
        child = int((tmp_path / "child").read_text())
        assert is_alive(child)
    deadline = time.monotonic() + 10
    while is_alive(child) and time.monotonic() < deadline:
        time.sleep(0.05)  # pragma: no cover - it ends when it ends
    assert not is_alive(child)


def test_descendants_are_children_and_theirs() -> None:
    command = ["sh", "-c", "sleep 60 & echo $!; wait"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as shell:
        assert shell.stdout is not None
        sleep = int(shell.stdout.readline())
        assert descendants(shell.pid) == [sleep]
        assert {shell.pid, sleep} <= set(descendants(os.getpid()))
        os.kill(sleep, signal.SIGTERM)
    assert descendants(shell.pid) == []
