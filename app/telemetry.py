"""Traces and metrics by OpenTelemetry, where ``TELEMETRY`` asks for them.

FastAPI emits a span and a duration for each request by itself, and would put the path, the query
and the Host header into them as they were sent, and exceptions' messages into log records. Here
it is told to keep to what cannot hold a measurement, and the drift signal is added: what was
predicted, decided, and out of the training range. Importing this module imports the SDK, so it
is imported only where telemetry is on.
"""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from fastapi.telemetry import TelemetryConfig

from app import __version__
from app.requestlog import Entry

try:
    from opentelemetry import propagate
    from opentelemetry.context import Context
    from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.metrics import Meter
    from opentelemetry.propagators.textmap import CarrierT, Getter, default_getter
    from opentelemetry.sdk.metrics import AlwaysOffExemplarFilter, MeterProvider
    from opentelemetry.sdk.metrics.export import MetricReader, PeriodicExportingMetricReader
    from opentelemetry.sdk.metrics.view import View
    from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
    from opentelemetry.trace import Status
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
except ImportError as error:
    raise ImportError(
        "TELEMETRY is on, but OpenTelemetry's SDK and OTLP exporter are not installed; install "
        "this project's extra 'otel', or turn TELEMETRY off"
    ) from error

KEPT = frozenset({"error.type", "http.request.method", "http.response.status_code", "http.route"})
"""What may stand in a span or beside a duration. None of it is text that a caller can choose."""


@dataclass(frozen=True)
class Telemetry:
    """What the service needs to emit telemetry.

    Attributes:
        config: For FastAPI, which emits the spans and the durations.
        observe: Counts one request; for `app.requestlog.RequestLog`.
    """

    config: TelemetryConfig
    observe: Callable[[Entry], None]


def from_environment() -> Telemetry:
    """Return telemetry that is exported by OTLP over HTTP, as the OTEL_* variables say.

    ``OTEL_TRACES_EXPORTER=none`` or ``OTEL_METRICS_EXPORTER=none`` leaves one of them out.
    """
    exporter = OTLPSpanExporter() if _wanted("TRACES") else None
    reader = PeriodicExportingMetricReader(OTLPMetricExporter()) if _wanted("METRICS") else None
    return telemetry(exporter, reader)


def telemetry(exporter: SpanExporter | None, reader: MetricReader | None) -> Telemetry:
    """Return telemetry whose spans go to ``exporter``, and whose metrics to ``reader``."""
    propagate.set_global_textmap(ParentOnly())
    tracers = TracerProvider()
    if exporter is not None:
        tracers.add_span_processor(BatchSpanProcessor(Discreet(exporter)))
    meters = MeterProvider(
        [reader] if reader is not None else [],
        views=[View(instrument_name="http.server.*", attribute_keys=set(KEPT))],
        # An exemplar carries the very attributes that the view leaves out.
        exemplar_filter=AlwaysOffExemplarFilter(),
    )
    config: TelemetryConfig = {
        "tracer_provider": tracers,
        "meter_provider": meters,
        "tracing": exporter is not None,
        "metrics": reader is not None,
        "logs": False,  # They quote exceptions' messages.
        "operation_spans": False,
        "auto_configure": False,
    }
    return Telemetry(config, _drift(meters.get_meter("app", __version__)))


class ParentOnly(TraceContextTextMapPropagator):
    """Reads from a request to which trace it belongs, and neither ``tracestate`` nor ``baggage``.

    OpenTelemetry passes those two on, and logs as they were sent those that it cannot read.
    """

    def extract(
        self,
        carrier: CarrierT,
        context: Context | None = None,
        getter: Getter[CarrierT] = default_getter,
    ) -> Context:
        """Return ``context`` with the span that ``traceparent`` names, if it names one."""
        stated = getter.get(carrier, "traceparent") or []
        return super().extract({"traceparent": stated}, context)


class Discreet(SpanExporter):
    """Passes on of each span only what a caller cannot spell."""

    def __init__(self, exporter: SpanExporter) -> None:
        """Pass spans on to ``exporter``."""
        self.exporter = exporter

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Export what may be told of ``spans``."""
        return self.exporter.export([_discreet(span) for span in spans])

    def shutdown(self) -> None:
        """Shut the other exporter down."""
        self.exporter.shutdown()


def _discreet(span: ReadableSpan) -> ReadableSpan:
    return ReadableSpan(
        name=span.name,
        context=span.get_span_context(),
        parent=span.parent,
        resource=span.resource,
        attributes={key: value for key, value in (span.attributes or {}).items() if key in KEPT},
        kind=span.kind,
        status=Status(span.status.status_code),
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )


def _wanted(signal: str) -> bool:
    return os.environ.get(f"OTEL_{signal}_EXPORTER") != "none"


def _drift(meter: Meter) -> Callable[[Entry], None]:
    predictions = meter.create_counter(
        "classifier.predictions", "{prediction}", "Observations judged, by class and decision."
    )
    outside = meter.create_counter(
        "classifier.outside_training_range",
        "{measurement}",
        "Measurements smaller or larger than any seen in training, by feature.",
    )

    def observe(entry: Entry) -> None:
        judged = dict(entry.judged or {})
        if entry.prediction is not None and entry.decision is not None:
            judged[entry.prediction, entry.decision] = 1
        for (prediction, decision), number in judged.items():
            predictions.add(number, {"prediction": prediction, "decision": decision})
        for caution in entry.cautions or ():
            if caution.code == "outsideTrainingRange":
                outside.add(1, {"feature": caution.features[0]})

    return observe
