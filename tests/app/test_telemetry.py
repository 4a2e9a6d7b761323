import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Request
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode
from starlette.responses import Response

from app.main import create_app
from app.observation import EXAMPLES
from app.requestlog import entry_of
from app.telemetry import KEPT, Telemetry, from_environment, telemetry
from model import InputWarning, Scorecard
from tests.conftest import ROOT

pytestmark = pytest.mark.anyio


def shut_down(started: Telemetry) -> None:
    for name in ("tracer_provider", "meter_provider"):
        provider = started.config[name]
        assert isinstance(provider, TracerProvider | MeterProvider)
        provider.shutdown()


@dataclass
class Collected:
    """An application, and what it has told an OpenTelemetry collector."""

    app: FastAPI
    telemetry: Telemetry
    exporter: InMemorySpanExporter
    reader: InMemoryMetricReader

    async def ask(
        self, method: str, path: str, scheme: str = "http", **more: Any
    ) -> httpx.Response:
        transport = httpx.ASGITransport(self.app)
        async with httpx.AsyncClient(transport=transport, base_url=f"{scheme}://test") as client:
            return await client.request(method, path, **more)

    def spans(self) -> tuple[ReadableSpan, ...]:
        tracers = self.telemetry.config["tracer_provider"]
        assert isinstance(tracers, TracerProvider)
        tracers.force_flush()
        return self.exporter.get_finished_spans()

    def metrics(self) -> dict[str, list[dict[str, Any]]]:
        """Return each metric's data points, by name."""
        data = self.reader.get_metrics_data()
        assert data is not None
        [resource] = json.loads(data.to_json())["resource_metrics"]
        scopes = resource["scope_metrics"]
        metrics = [metric for scope in scopes for metric in scope["metrics"]]
        return {metric["name"]: metric["data"]["data_points"] for metric in metrics}

    def counts(self, name: str) -> list[tuple[dict[str, Any], int]]:
        return [(point["attributes"], point["value"]) for point in self.metrics()[name]]


@pytest.fixture
def collected(scorecard: Scorecard) -> Iterator[Collected]:
    exporter, reader = InMemorySpanExporter(), InMemoryMetricReader()
    started = telemetry(exporter, reader)
    app = create_app(scorecard, telemetry=started)

    async def batch(request: Request) -> Response:
        entry = entry_of(request.scope)
        entry.judged = {(1, "malignant"): 3, (0, "refer"): 2}
        outside = ("worstArea", "worstRadius", "worstArea")
        entry.cautions = [
            InputWarning("implausible", ("worstArea", "worstRadius"), ""),
            *(InputWarning("outsideTrainingRange", (name,), "") for name in outside),
        ]
        return Response()

    async def fail(_: Request) -> Response:
        raise ValueError("24.86")

    app.add_route("/batch", batch, methods=["POST"])
    app.add_route("/fail", fail)
    yield Collected(app, started, exporter, reader)
    shut_down(started)


async def test_a_span_tells_the_route_and_nothing_that_a_caller_can_spell(
    collected: Collected,
) -> None:
    trace, parent = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
    headers = {"traceparent": f"00-{trace}-{parent}-01", "tracestate": "clinic=24.86"}
    headers |= {"host": "24.86", "baggage": "area=24.86", "user-agent": "24.86"}
    await collected.ask("POST", "/predict?24.86", json=EXAMPLES["benign"], headers=headers)
    [span] = collected.spans()
    assert span.name == "POST /predict"
    assert span.attributes == {
        "http.request.method": "POST",
        "http.route": "/predict",
        "http.response.status_code": 200,
    }
    assert span.parent is not None
    assert f"{span.parent.trace_id:x} {span.parent.span_id:x}" == f"{trace[1:]} {parent}"
    assert "24.86" not in span.to_json()


async def test_a_failure_is_a_span_without_its_message(collected: Collected) -> None:
    await collected.ask("GET", "/fail")
    await collected.ask("24.86", "/24.86")
    failed, unknown = collected.spans()
    assert failed.attributes is not None
    assert failed.attributes["error.type"] == "500"
    assert (failed.status.status_code, failed.status.description) == (StatusCode.ERROR, None)
    assert (failed.events, unknown.name, unknown.parent) == ((), "HTTP", None)
    assert "24.86" not in failed.to_json() + unknown.to_json()


async def test_a_duration_is_told_by_route_and_status(collected: Collected) -> None:
    await collected.ask("POST", "/predict", json=EXAMPLES["benign"])
    [point] = collected.metrics()["http.server.request.duration"]
    assert point["count"] == 1
    assert point["exemplars"] == []
    assert set(point["attributes"]) == KEPT - {"error.type"}


async def test_a_scheme_that_a_caller_made_up_is_not_told(collected: Collected) -> None:
    """Mangum takes it from X-Forwarded-Proto, whatever that says."""
    await collected.ask("GET", "/docs", scheme="z24.86")
    [span] = collected.spans()
    assert "24.86" not in span.to_json() + json.dumps(collected.metrics())


async def test_predictions_are_counted_by_class(collected: Collected) -> None:
    for name in ("benign", "malignant", "benign"):
        await collected.ask("POST", "/predict", json=EXAMPLES[name])
    await collected.ask("POST", "/predict", json={})
    found = collected.counts("classifier.predictions")
    assert found == [
        ({"prediction": 0, "decision": "benign"}, 2),
        ({"prediction": 1, "decision": "malignant"}, 1),
    ]


async def test_a_batch_is_counted_by_class_and_decision_and_by_feature_out_of_range(
    collected: Collected,
) -> None:
    await collected.ask("POST", "/batch")
    await collected.ask("POST", "/batch")
    assert collected.counts("classifier.predictions") == [
        ({"prediction": 1, "decision": "malignant"}, 6),
        ({"prediction": 0, "decision": "refer"}, 4),
    ]
    assert collected.counts("classifier.outside_training_range") == [
        ({"feature": "worstArea"}, 4),
        ({"feature": "worstRadius"}, 2),
    ]


class Collector(BaseHTTPRequestHandler):
    """Keeps what is exported to it."""

    received: list[tuple[str, bytes]]

    def do_POST(self) -> None:
        length = int(self.headers["content-length"])
        self.received.append((self.path, self.rfile.read(length)))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


async def asked(scorecard: Scorecard) -> list[tuple[str, bytes]]:
    """Return what is exported about one prediction, as the environment says."""
    Collector.received = []
    started = from_environment()
    transport = httpx.ASGITransport(create_app(scorecard, telemetry=started))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        await client.post("/predict", json=EXAMPLES["benign"])
    shut_down(started)
    return Collector.received


def test_the_setting_turns_it_on() -> None:
    off = {"OTEL_TRACES_EXPORTER": "none", "OTEL_METRICS_EXPORTER": "none"}
    for setting, loaded in (("on", True), ("off", False)):
        script = "import sys, app.main; print('opentelemetry.sdk' in sys.modules)"
        run = subprocess.run(
            [sys.executable, "-c", script],
            cwd=ROOT,
            env={**os.environ, **off, "TELEMETRY": setting},
            capture_output=True,
            text=True,
            check=True,
        )
        assert run.stdout.strip() == str(loaded)


@pytest.fixture
def endpoint(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Collector) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}"
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", address)
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_COMPRESSION", "none")
        monkeypatch.setenv("OTEL_SERVICE_NAME", "classifier-in-ward-7")
        yield
        server.shutdown()


@pytest.mark.usefixtures("endpoint")
async def test_the_standard_variables_say_where_it_goes(scorecard: Scorecard) -> None:
    received = dict(await asked(scorecard))
    assert set(received) == {"/v1/traces", "/v1/metrics"}
    assert b"POST /predict" in received["/v1/traces"]
    assert b"classifier.predictions" in received["/v1/metrics"]
    assert all(b"classifier-in-ward-7" in body for body in received.values())


@pytest.mark.usefixtures("endpoint")
@pytest.mark.parametrize(
    ("none", "left"),
    [
        (["OTEL_TRACES_EXPORTER"], {"/v1/metrics"}),
        (["OTEL_METRICS_EXPORTER"], {"/v1/traces"}),
        (["OTEL_TRACES_EXPORTER", "OTEL_METRICS_EXPORTER"], set()),
    ],
)
async def test_either_signal_can_be_left_out(
    scorecard: Scorecard, monkeypatch: pytest.MonkeyPatch, none: list[str], left: set[str]
) -> None:
    for name in none:
        monkeypatch.setenv(name, "none")
    assert {path for path, _ in await asked(scorecard)} == left


def run(script: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-c", script]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


async def test_without_the_extra_the_error_says_what_to_install() -> None:
    missing = "import sys; sys.modules['opentelemetry.exporter'] = None; import app.telemetry"
    last = run(missing).stderr.splitlines()[-1]
    assert last == (
        "ImportError: TELEMETRY is on, but OpenTelemetry's SDK and OTLP exporter are not "
        "installed; install this project's extra 'otel', or turn TELEMETRY off"
    )


async def test_where_it_is_off_nothing_is_imported_for_it() -> None:
    script = "import sys, app.lambda_handler; print([m for m in sys.modules if '.sdk' in m])"
    assert run(script).stdout == "[]\n"


async def test_where_it_is_off_nothing_is_emitted_even_to_providers_of_others() -> None:
    script = """
from opentelemetry import metrics, trace
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
exporter, reader = InMemorySpanExporter(), InMemoryMetricReader()
tracers = TracerProvider()
tracers.add_span_processor(SimpleSpanProcessor(exporter))
trace.set_tracer_provider(tracers)
metrics.set_meter_provider(MeterProvider([reader]))
from app.lambda_handler import handler
from tests import function_url
handler(function_url.event(b"{}"), function_url.CONTEXT)
print(exporter.get_finished_spans(), reader.get_metrics_data())
"""
    assert run(script).stdout == "() None\n"
