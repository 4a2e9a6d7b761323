"""The servers that are measured beside each other, one alive at a time."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from app.observation import EXAMPLES
from benchmarks.serving import ROOT, free_port, resident_bytes

PATIENCE = 120.0
"""Seconds within which a server has to answer, and to end when it is told to."""

_POLL = 0.02  # seconds


@dataclass(frozen=True)
class Question:
    """A request to POST, and how its answer is checked.

    Attributes:
        path: Where it goes, such as ``/predict``.
        body: What is sent, JSON.
        right: Says of an answer, parsed, whether it is the right one.
    """

    path: str
    body: bytes
    right: Callable[[Any], bool]


@dataclass(frozen=True)
class Contender:
    """A server to measure.

    In ``command`` and ``environment``, ``{port}`` and ``{workers}`` stand for the numbers.

    Attributes:
        name: What tables call it.
        command: What starts it.
        questions: All are asked before and after each measurement; the first is the load.
        environment: What it finds in its environment besides our own.
        folder: Where it is started.
        stop_with: The signal that ends it.
    """

    name: str
    command: Sequence[str]
    questions: Sequence[Question]
    environment: Mapping[str, str] = field(default_factory=dict)
    folder: Path = ROOT
    stop_with: signal.Signals = signal.SIGTERM


class WrongAnswer(Exception):
    """A server answers otherwise than it must, so that its speed says nothing."""


@dataclass(frozen=True)
class Running:
    """A contender that runs and answers.

    Attributes:
        contender: What runs.
        url: Where it answers the question that is the load.
        process: What was started: the server, or what watches over several of them.
        ready_s: After how many seconds it answered for the first time.
        client: What asks the questions.
    """

    contender: Contender
    url: str
    process: "subprocess.Popen[bytes]"
    ready_s: float
    client: httpx.Client

    def check(self) -> None:
        """Ask all questions.

        Raises:
            WrongAnswer: An answer isn't right.
        """
        for question in self.contender.questions:
            address = str(httpx.URL(self.url).join(question.path))
            if not _is_right(question, self.client.post(address, content=question.body)):
                raise WrongAnswer(f"{self.contender.name} answers {question.path} wrongly")

    def resident_mb(self) -> float:
        """Return the resident memory of all its processes together, in megabytes."""
        return sum(map(_resident_bytes, [self.process.pid, *descendants(self.process.pid)])) / 1e6


@contextmanager
def running(contender: Contender, workers: int = 1) -> Iterator[Running]:
    """Run ``contender`` until the block ends, in a process group of its own.

    Raises:
        RuntimeError: It ended before it answered.
        TimeoutError: It did not answer in time.
    """
    port = free_port()
    numbers = {"{port}": str(port), "{workers}": str(workers)}
    variables = {name: _filled(text, numbers) for name, text in contender.environment.items()}
    url = f"http://127.0.0.1:{port}{contender.questions[0].path}"
    began = time.perf_counter()
    process = subprocess.Popen(
        [_filled(part, numbers) for part in contender.command],
        cwd=contender.folder,
        env={**os.environ, **variables},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        with _client() as client:
            _wait_until_it_answers(client, url, contender, process)
            yield Running(contender, url, process, time.perf_counter() - began, client)
    finally:
        _stop(process, contender.stop_with)


def _filled(text: str, numbers: Mapping[str, str]) -> str:
    for mark, number in numbers.items():
        text = text.replace(mark, number)
    return text


def _wait_until_it_answers(
    client: httpx.Client, url: str, contender: Contender, process: "subprocess.Popen[bytes]"
) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"{contender.name} ended with status {process.returncode}")
        # Some listen, and refuse, before the model is there.
        with suppress(httpx.TransportError):
            if client.post(url, content=contender.questions[0].body).is_success:
                return
        time.sleep(_POLL)
    raise TimeoutError(f"{contender.name} did not answer within {PATIENCE:.0f} s")


def _client() -> httpx.Client:
    # One that keeps no connection open, which the server would have besides those of the load.
    return httpx.Client(
        trust_env=False,
        timeout=PATIENCE,
        limits=httpx.Limits(max_keepalive_connections=0),
        headers={"Content-Type": "application/json"},
    )


def _is_right(question: Question, answer: httpx.Response) -> bool:
    try:
        return answer.is_success and question.right(answer.json())
    except (KeyError, IndexError, TypeError, ValueError):  # It has another form altogether.
        return False


def _stop(process: "subprocess.Popen[bytes]", stop_with: signal.Signals) -> None:
    process.send_signal(stop_with)
    with suppress(subprocess.TimeoutExpired):
        process.wait(timeout=PATIENCE)
    # Some leave processes behind, which would take part in the next measurement.
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def descendants(pid: int) -> list[int]:
    """Return the process ids of the children of a process, of theirs, and so on."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):  # It has ended since.
            children = [int(child) for child in task.read_text(encoding="utf-8").split()]
            found += [each for child in children for each in (child, *descendants(child))]
    return found


def _resident_bytes(pid: int) -> int:
    try:
        return resident_bytes(pid)
    except OSError:  # It has ended since.
        return 0


def _uvicorn(app: str) -> tuple[str, ...]:
    # Without a log of requests, which costs; ours, as delivered, has one.
    options = ("--port", "{port}", "--workers", "{workers}", "--no-access-log")
    return (sys.executable, "-m", "uvicorn", f"benchmarks.apps.{app}:app", *options)


def _greets(answer: Any) -> bool:
    return bool(answer == {"message": "Hello World"})


def predictions(path: str) -> tuple[Question, Question]:
    """Return the two observations whose predictions are known, as questions to ``path``."""
    sent = {name: json.dumps(EXAMPLES[name]).encode() for name in ("malignant", "benign")}
    return (
        Question(path, sent["malignant"], lambda answer: bool(answer["prediction"] == 1)),
        Question(path, sent["benign"], lambda answer: bool(answer["prediction"] == 0)),
    )


_BODY = json.dumps(EXAMPLES["malignant"]).encode()

OURS = Contender(
    "ours",
    (sys.executable, "-m", "app"),
    predictions("/predict"),
    {"HOST": "127.0.0.1", "PORT": "{port}", "WORKERS": "{workers}"},
)
"""The service as it is delivered: with its log, its keys and limits, all middleware."""

HELLO = Contender("FastAPI's hello-world", _uvicorn("hello"), [Question("/", _BODY, _greets)])
"""FastAPI and a request model, and nothing done."""

RAW = Contender("raw ASGI", _uvicorn("raw"), [Question("/", _BODY, _greets)])
"""uvicorn, and nothing done: the physical limit."""

TUTORIAL = Contender("tutorial", _uvicorn("tutorial"), predictions("/predict"))
"""FastAPI and scikit-learn, as tutorials put them together."""
