"""No log, span, metric or error response has a measurement, in whichever way it was sent."""

import json
import logging
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from app.observability.telemetry import create_telemetry
from deployment.emulator import emulator, stop, wait_until_listening
from tests.canary import (
    ENDPOINTS,
    EVENTS,
    FATAL_REQUESTS,
    RAW_REQUESTS,
    REQUESTS,
    Request,
    confidential,
    find_leaks,
)
from tests.conftest import ROOT
from tests.faulty import LEAK, faulty_app
from tests.function_url import FunctionUrlTransport
from tests.servers.processes import dockerfile_variables

UVICORN = "uvicorn {app} --http h11 --no-access-log --port {port}"
GRANIAN = "granian {app} --interface asginl --host 127.0.0.1 --port {port}"
SERVERS = {
    "uvicorn-text": (UVICORN, {"LOG_FORMAT": "text"}),
    "uvicorn-json": (UVICORN, {"LOG_FORMAT": "json"}),
    "granian": (GRANIAN, {"GRANIAN_LOG_LEVEL": "debug"}),
    "container": (
        GRANIAN,
        {
            **dockerfile_variables(),
            "GRANIAN_LOG_LEVEL": "debug",
            "GRANIAN_LOG_CONFIG": str(ROOT / "deployment" / "granian-log.json"),
        },
    ),
}
"""Arguments of ``python -m``, and environment variables."""

STATUSES = {200, 400, 404, 405, 413, 415}


@contextmanager
def serve(name: str, application: str, port: int, log: Path) -> Iterator[httpx.Client]:
    """Run a server at DEBUG until the block ends; yield a client."""
    command, variables = SERVERS[name]
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", *command.format(app=application, port=port).split()],
            cwd=ROOT,
            env={**os.environ, "LOG_LEVEL": "DEBUG", **variables},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        wait_until_listening(port, process)
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
            yield client
    finally:
        stop(process)


@contextmanager
def serve_lambda(handler: str, log: Path) -> Iterator[FunctionUrlTransport]:
    """Run the function at DEBUG in the emulator until the block ends; yield a transport."""
    variables = {
        "AWS_LAMBDA_LOG_FORMAT": "JSON",
        "AWS_LAMBDA_LOG_LEVEL": "DEBUG",
        # The first invocation waits for the imports, which take long on a busy machine.
        "AWS_LAMBDA_FUNCTION_TIMEOUT": "60",
    }
    runtime = [sys.executable, "-m", "awslambdaric", handler]
    with (
        log.open("w") as output,
        emulator(None, runtime, variables, output) as url,
        httpx.Client(timeout=60) as client,
    ):
        yield FunctionUrlTransport(lambda event: client.post(url, json=event).json())


def send(client: httpx.Client, request: Request) -> str:
    """Send ``request``; return the part of the response that must not have a measurement."""
    response = client.request(**request.arguments())
    assert response.status_code in STATUSES
    return confidential(request, response)


def send_raw(port: int, text: str) -> str:
    """Send ``text`` over a connection; return the beginning of the response."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(text.encode())
        return connection.recv(10_000).decode()


@pytest.mark.parametrize("name", SERVERS)
def test_nothing_leaks_from_a_server(name: str, port: int, tmp_path: Path) -> None:
    with serve(name, "app.main:app", port, tmp_path / "log") as client:
        responses = [send(client, request) for request in REQUESTS]
        raw_responses = [send_raw(port, text) for text in RAW_REQUESTS]
    log = (tmp_path / "log").read_text()
    assert all(response.startswith("HTTP/1.1 ") for response in raw_responses)
    assert find_leaks("".join([*responses, *raw_responses])) == []
    assert find_leaks(log) == []
    assert log.count("request_id") >= len(REQUESTS)
    assert log.count('{"timestamp": ') == (0 if name != "uvicorn-json" else log.count("request_id"))


@pytest.mark.emulator
def test_nothing_leaks_from_lambda(tmp_path: Path) -> None:
    with serve_lambda("app.lambda_handler.handler", tmp_path / "log") as transport:
        client = httpx.Client(transport=transport, base_url="http://function")
        responses = [send(client, request) for request in REQUESTS]
        responses += [json.dumps(transport.invoke(event)) for event in EVENTS]
    log = (tmp_path / "log").read_text()
    assert find_leaks("".join(responses)) == []
    assert find_leaks(log) == []
    assert log.count('"request_id"') >= len(REQUESTS)
    assert '"DEBUG"' in log


def send_to_faulty_app(client: httpx.Client) -> None:
    """Cause an exception at each endpoint, then a leak."""
    responses = [client.request(**request.arguments()) for request in [*FATAL_REQUESTS, LEAK]]
    assert [each.status_code for each in responses] == [500] * len(ENDPOINTS) + [404]
    assert find_leaks("".join(f"{each.headers}\n{each.text}" for each in responses)) == []


def check_faulty_log(log: str) -> None:
    """Check that the exceptions are logged without their messages, and that the leak is found."""
    assert log.count("builtins.ValueError") == len(ENDPOINTS)
    leaks = [line for line in log.splitlines() if find_leaks(line)]
    assert len(leaks) == 3, "one in the log, one on stdout, one on stderr"
    assert all(LEAK.path in line for line in leaks)


@pytest.mark.parametrize("name", SERVERS)
def test_exceptions_do_not_leak_and_leaks_are_found(name: str, port: int, tmp_path: Path) -> None:
    with serve(name, "tests.faulty:app", port, tmp_path / "log") as client:
        send_to_faulty_app(client)
    check_faulty_log((tmp_path / "log").read_text())


@pytest.mark.emulator
def test_exceptions_do_not_leak_and_leaks_are_found_on_lambda(tmp_path: Path) -> None:
    with serve_lambda("tests.faulty.handler", tmp_path / "log") as transport:
        send_to_faulty_app(httpx.Client(transport=transport, base_url="http://function"))
    check_faulty_log((tmp_path / "log").read_text())


async def capture(
    requests: list[Request], caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> dict[str, str]:
    """Send ``requests`` to the faulty application here; return the text in each channel."""
    exporter, reader = InMemorySpanExporter(), InMemoryMetricReader()
    telemetry = create_telemetry(exporter, reader)
    transport = httpx.ASGITransport(faulty_app(telemetry))
    responses = []
    with caplog.at_level(logging.DEBUG):
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            for request in requests:
                response = await client.request(**request.arguments())
                responses.append(confidential(request, response))
    tracers, meters = telemetry.config["tracer_provider"], telemetry.config["meter_provider"]
    assert isinstance(tracers, TracerProvider)
    assert isinstance(meters, MeterProvider)
    tracers.force_flush()
    metrics = reader.get_metrics_data()
    assert metrics is not None
    tracers.shutdown()
    meters.shutdown()
    # The client is in this process too, and logs its requests.
    records = [record for record in caplog.records if not record.name.startswith("http")]
    return {
        "responses": "".join(responses),
        "records": "".join(f"{each.getMessage()} {vars(each)}" for each in records),
        "spans": "".join(span.to_json() for span in exporter.get_finished_spans()),
        "metrics": metrics.to_json(),
        "output": "".join(capsys.readouterr()),
    }


@pytest.mark.anyio
async def test_nothing_leaks_into_records_spans_and_metrics(
    caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    channels = await capture(REQUESTS, caplog, capsys)
    leaks = {name: found for name, text in channels.items() if (found := find_leaks(text))}
    assert leaks == {}
    assert channels["spans"].count('"trace_id"') == len(REQUESTS)
    assert '"http.server.request.duration"' in channels["metrics"]
    assert channels["records"].count("'app.request'") == len(REQUESTS)


@pytest.mark.anyio
async def test_a_leak_into_records_spans_and_output_is_found(
    caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    channels = await capture([LEAK], caplog, capsys)
    assert {name for name, text in channels.items() if find_leaks(text)} == {
        "records",
        "spans",
        "output",
    }


def test_ordinary_numbers_are_not_taken_for_leaks() -> None:
    assert find_leaks("24.86 or 1795400944739222139") == []
