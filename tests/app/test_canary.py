"""No measurement appears in a log, a span, a metric or a refusal, however it was sent."""

import json
import logging
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from app.telemetry import telemetry
from deployment.emulator import INVOCATIONS, emulator, wait_until_listening
from tests import function_url
from tests.canary import ALL, CANARY, ECHOING, EVENTS, Asked, found
from tests.conftest import ROOT
from tests.fragile import service


def command(*, leaky: bool) -> list[str]:
    script = f"from tests.fragile import serve; serve(leaky={leaky})"
    return [sys.executable, "-c", script]


@contextmanager
def uvicorn(output: Path, *, leaky: bool) -> Iterator[int]:
    """Run the service under uvicorn until the block ends; yield its port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    variables = {"PORT": str(port), "HOST": "127.0.0.1", "LOG_LEVEL": "debug"}
    with output.open("w") as log:
        process = subprocess.Popen(
            command(leaky=leaky),
            cwd=ROOT,
            env={**os.environ, **variables},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        wait_until_listening(port, process)
        yield port
    finally:
        process.terminate()
        process.wait(timeout=30)


def ask_over_http(client: httpx.Client, asked: Asked) -> str:
    """Return what the answer says, as far as it must not say a measurement."""
    url = httpx.URL(path=asked.path, query=asked.query.encode())
    answer = client.request(asked.method, url, headers=asked.headers, content=asked.body)
    assert answer.status_code in {200, 400, 404, 405, 413, 415, 500}
    return told(asked, answer.status_code, str(answer.headers) + answer.text)


def ask_over_lambda(client: httpx.Client, asked: Asked) -> str:
    event = function_url.event(asked.body, asked.method, asked.path, asked.headers)
    event["rawQueryString"] = asked.query
    # As Lambda sends text. In base64, a body could be logged and not be found here.
    event |= {"body": asked.body.decode(), "isBase64Encoded": False}
    answer = client.post(INVOCATIONS, json=event).json()
    return told(asked, answer["statusCode"], json.dumps(answer))


def told(asked: Asked, status: int, answer: str) -> str:
    return "" if status == 200 and asked.path in ECHOING else answer


def send_what_is_no_http(port: int) -> None:
    """Have the server refuse a request before the application sees it."""
    upgrade = "Host: x\r\nConnection: Upgrade\r\nUpgrade: websocket"
    for text in (
        f"GET /{CANARY} HTTP/{CANARY}\r\n\r\n",
        f"{CANARY}\r\n\r\n",
        f"GET /{CANARY} HTTP/1.1\r\n{CANARY}\r\n\r\n",
        f"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {CANARY}\r\n\r\n",
        f"GET /{CANARY}?{CANARY} HTTP/1.1\r\n{upgrade}\r\nSec-WebSocket-Key: {CANARY}\r\n\r\n",
    ):
        with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
            connection.sendall(text.encode())
            assert connection.recv(1000)


def test_nothing_shows_over_uvicorn(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with uvicorn(log, leaky=False) as port:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
            answers = [ask_over_http(client, each) for each in ALL]
        send_what_is_no_http(port)
    written = log.read_text()
    assert found("".join(answers)) == []
    assert found(written) == []
    assert "status=200" in written
    assert "a request failed" in written
    assert "Invalid HTTP request received." in written


@pytest.mark.emulator
def test_nothing_shows_over_lambda(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with function(log, leaky=False) as client:
        answers = [ask_over_lambda(client, each) for each in ALL]
        answers += [client.post(INVOCATIONS, json=event).text for event in EVENTS]
    written = log.read_text()
    assert found("".join(answers)) == []
    assert found(written) == []
    assert '"status": 200' in written
    assert "a request failed" in written
    assert '"DEBUG"' in written


@contextmanager
def function(output: Path, *, leaky: bool) -> Iterator[httpx.Client]:
    variables = {"AWS_LAMBDA_LOG_FORMAT": "JSON", "AWS_LAMBDA_LOG_LEVEL": "DEBUG"}
    # The first answer waits for the imports, which may take their time on a busy machine.
    variables["AWS_LAMBDA_FUNCTION_TIMEOUT"] = "60"
    with (
        output.open("w") as log,
        emulator(None, command(leaky=leaky), variables, log) as url,
        httpx.Client(base_url=url.removesuffix(INVOCATIONS), timeout=60) as client,
    ):
        yield client


def test_a_leak_over_uvicorn_would_be_found(tmp_path: Path) -> None:
    with (
        uvicorn(tmp_path / "log", leaky=True) as port,
        httpx.Client(base_url=f"http://127.0.0.1:{port}") as client,
    ):
        ask_over_http(client, Asked(path=f"/{CANARY}"))
    lines = [line for line in (tmp_path / "log").read_text().splitlines() if found(line)]
    assert len(lines) == 3, "one by logging, one on stdout, one on stderr"


@pytest.mark.emulator
def test_a_leak_over_lambda_would_be_found(tmp_path: Path) -> None:
    with function(tmp_path / "log", leaky=True) as client:
        ask_over_lambda(client, Asked(path=f"/{CANARY}"))
    lines = [line for line in (tmp_path / "log").read_text().splitlines() if found(line)]
    assert len(lines) == 3


@dataclass
class Told:
    """All that a process tells, by channel."""

    answers: str
    records: str
    spans: str
    metrics: str
    printed: str


async def everything(
    asked: list[Asked],
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
    *,
    leaky: bool,
) -> Told:
    """Ask in this process, with all logging and telemetry on."""
    exporter, reader = InMemorySpanExporter(), InMemoryMetricReader()
    started = telemetry(exporter, reader)
    transport = httpx.ASGITransport(service(started, leaky=leaky))
    with caplog.at_level(logging.DEBUG):
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            answers = [await ask_in_process(client, each) for each in asked]
    tracers, meters = started.config["tracer_provider"], started.config["meter_provider"]
    assert isinstance(tracers, TracerProvider)
    assert isinstance(meters, MeterProvider)
    tracers.force_flush()
    data = reader.get_metrics_data()
    assert data is not None
    # The client, which is in this process too, logs whom it asks.
    ours = [each for each in caplog.records if not each.name.startswith("http")]
    spans = [span.to_json() for span in exporter.get_finished_spans()]
    tracers.shutdown()
    meters.shutdown()
    return Told(
        "".join(answers),
        "".join(f"{each.getMessage()} {each.__dict__}" for each in ours),
        "".join(spans),
        data.to_json(),
        "".join(capsys.readouterr()),
    )


async def ask_in_process(client: httpx.AsyncClient, asked: Asked) -> str:
    url = httpx.URL(path=asked.path, query=asked.query.encode())
    answer = await client.request(asked.method, url, headers=asked.headers, content=asked.body)
    return told(asked, answer.status_code, str(answer.headers) + answer.text)


@pytest.mark.anyio
async def test_nothing_shows_in_records_spans_and_metrics(
    caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    tell = await everything(ALL, caplog, capsys, leaky=False)
    assert {name: found(text) for name, text in vars(tell).items()} == {
        name: [] for name in ("answers", "records", "spans", "metrics", "printed")
    }
    assert tell.spans.count('"trace_id"') == len(ALL)
    assert '"http.server.request.duration"' in tell.metrics
    assert "app.request" in tell.records


@pytest.mark.anyio
async def test_a_leak_in_records_spans_and_output_would_be_found(
    caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    tell = await everything([Asked(path=f"/{CANARY}")], caplog, capsys, leaky=True)
    assert all(found(text) for text in (tell.records, tell.spans, tell.printed))
    assert found("24.86 or 1795400944739222139") == []
