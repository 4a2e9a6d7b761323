import json
import os
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

from app.api.schemas import EXAMPLES
from app.main import create_app
from app.observability.telemetry import KEPT, Telemetry, create_telemetry, from_environment
from model import Scorecard
from tests.app.asgi import call
from tests.app.failing_app import MEASURED, add_endpoints
from tests.conftest import ROOT

pytestmark = pytest.mark.anyio

BENIGN, MALIGNANT = EXAMPLES["benign"], EXAMPLES["malignant"]
OUTSIDE = {**BENIGN, "worstArea": 9999.0, "worstRadius": 99.0}


def shut_down(telemetry: Telemetry) -> None:
    for name in ("tracer_provider", "meter_provider"):
        provider = telemetry.config[name]
        assert isinstance(provider, TracerProvider | MeterProvider)
        provider.shutdown()


class Collector:
    """An application that exports to this process, and what it has exported."""

    def __init__(self, scorecard: Scorecard) -> None:
        self.exporter, self.reader = InMemorySpanExporter(), InMemoryMetricReader()
        self.telemetry = create_telemetry(self.exporter, self.reader)
        self.app = add_endpoints(create_app(scorecard, telemetry=self.telemetry))

    def spans(self) -> tuple[ReadableSpan, ...]:
        tracers = self.telemetry.config["tracer_provider"]
        assert isinstance(tracers, TracerProvider)
        tracers.force_flush()
        return self.exporter.get_finished_spans()

    def metrics(self) -> dict[str, list[dict[str, Any]]]:
        """Return the data points of each metric, by name."""
        data = self.reader.get_metrics_data()
        assert data is not None
        [resource] = json.loads(data.to_json())["resource_metrics"]
        metrics = [metric for scope in resource["scope_metrics"] for metric in scope["metrics"]]
        return {metric["name"]: metric["data"]["data_points"] for metric in metrics}

    def counts(self, name: str) -> dict[tuple[Any, ...], int]:
        """Return the value of a counter, by its attributes."""
        points = self.metrics()[f"classifier.{name}"]
        return {tuple(point["attributes"].values()): point["value"] for point in points}


@pytest.fixture
def collector(scorecard: Scorecard) -> Iterator[Collector]:
    created = Collector(scorecard)
    yield created
    shut_down(created.telemetry)


async def test_span_has_the_route_and_no_text_of_the_caller(collector: Collector) -> None:
    trace, parent = "af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
    headers = {"traceparent": f"00-0{trace}-{parent}-01", "tracestate": f"clinic={MEASURED}"}
    headers |= {"baggage": f"area={MEASURED}", "host": MEASURED, "user-agent": MEASURED}
    await call(collector.app, "POST", f"/predict?{MEASURED}", json=BENIGN, headers=headers)
    [span] = collector.spans()
    assert span.name == "POST /predict"
    assert span.attributes == {
        "http.request.method": "POST",
        "http.route": "/predict",
        "http.response.status_code": 200,
    }
    assert span.parent is not None
    assert f"{span.parent.trace_id:x} {span.parent.span_id:x}" == f"{trace} {parent}"
    assert MEASURED not in span.to_json()


async def test_span_of_an_error_has_no_message(collector: Collector) -> None:
    await call(collector.app, "GET", "/fail/")
    await call(collector.app, MEASURED, f"/{MEASURED}")
    failed, unknown = collector.spans()
    assert failed.attributes is not None
    assert failed.attributes["error.type"] == "500"
    assert (failed.status.status_code, failed.status.description) == (StatusCode.ERROR, None)
    assert (failed.events, unknown.name, unknown.parent) == ((), "HTTP", None)
    assert MEASURED not in failed.to_json() + unknown.to_json()


async def test_duration_has_the_route_and_status(collector: Collector) -> None:
    await call(collector.app, "POST", "/predict", json=BENIGN)
    [point] = collector.metrics()["http.server.request.duration"]
    assert (point["count"], point["exemplars"]) == (1, [])
    assert set(point["attributes"]) == KEPT - {"error.type"}


async def test_invented_scheme_is_not_exported(collector: Collector) -> None:
    """Mangum takes the scheme from X-Forwarded-Proto, unchecked."""
    await call(collector.app, "GET", f"z{MEASURED}://test/docs")
    [span] = collector.spans()
    assert MEASURED not in span.to_json() + json.dumps(collector.metrics())


@pytest.mark.parametrize(
    ("path", "bodies"),
    [
        ("/predict", [BENIGN, MALIGNANT, OUTSIDE, BENIGN, {}]),
        ("/explain", [BENIGN, MALIGNANT, OUTSIDE, BENIGN, {}]),
        ("/predict/batch", [[BENIGN, None, MALIGNANT], [OUTSIDE, BENIGN], []]),
        ("/explain/batch", [[BENIGN, None, MALIGNANT], [OUTSIDE, BENIGN], []]),
    ],
)
async def test_counts_predictions_and_values_outside_the_training_range(
    collector: Collector, path: str, bodies: list[Any]
) -> None:
    for body in bodies:
        await call(collector.app, "POST", path, json=body)
    assert collector.counts("predictions") == {
        (0, "benign"): 2,
        (1, "malignant"): 1,
        (1, "refer"): 1,
    }
    assert collector.counts("outside_training_range") == {("worstArea",): 1, ("worstRadius",): 1}


class OtlpServer(BaseHTTPRequestHandler):
    """Keeps the exports that it receives."""

    received: list[tuple[str, bytes]]

    def do_POST(self) -> None:
        length = int(self.headers["content-length"])
        self.received.append((self.path, self.rfile.read(length)))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Log nothing."""


@pytest.fixture
def received(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[str, bytes]]]:
    """The exports to the endpoint that the environment names."""
    OtlpServer.received = []
    with ThreadingHTTPServer(("127.0.0.1", 0), OtlpServer) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        address = f"http://127.0.0.1:{server.server_port}"
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", address)
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_COMPRESSION", "none")
        monkeypatch.setenv("OTEL_SERVICE_NAME", "classifier-in-ward-7")
        yield OtlpServer.received
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("off", "exported"),
    [
        ([], {"/v1/traces": b"POST /predict", "/v1/metrics": b"classifier.predictions"}),
        (["TRACES"], {"/v1/metrics": b"classifier.predictions"}),
        (["METRICS"], {"/v1/traces": b"POST /predict"}),
        (["TRACES", "METRICS"], {}),
    ],
)
async def test_standard_variables_configure_the_export(
    scorecard: Scorecard,
    monkeypatch: pytest.MonkeyPatch,
    received: list[tuple[str, bytes]],
    off: list[str],
    exported: dict[str, bytes],
) -> None:
    for signal in off:
        monkeypatch.setenv(f"OTEL_{signal}_EXPORTER", "none")
    telemetry = from_environment()
    await call(create_app(scorecard, telemetry=telemetry), "POST", "/predict", json=BENIGN)
    shut_down(telemetry)
    assert {path for path, _ in received} == set(exported)
    for path, body in received:
        assert exported[path] in body
        assert b"classifier-in-ward-7" in body


# In a process of its own, as the imports matter:


def run(script: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize(("setting", "imported"), [("on", "True"), ("off", "False"), ("", "False")])
def test_setting_turns_it_on(setting: str, imported: str) -> None:
    script = "import sys, app.lambda_handler; print('opentelemetry.sdk' in sys.modules)"
    exporters = {"OTEL_TRACES_EXPORTER": "none", "OTEL_METRICS_EXPORTER": "none"}
    done = run(script, TELEMETRY=setting, **exporters)
    assert done.stdout.strip() == imported, done.stderr


def test_error_without_the_extra_says_what_to_install() -> None:
    script = "import sys; sys.modules['opentelemetry.exporter'] = None; import app.main"
    assert run(script, TELEMETRY="on").stderr.splitlines()[-1] == (
        "ImportError: TELEMETRY is on, but OpenTelemetry's SDK and OTLP exporter are not "
        "installed; install this project's extra 'otel', or turn TELEMETRY off"
    )


def test_turned_off_it_emits_nothing_to_the_global_providers() -> None:
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
