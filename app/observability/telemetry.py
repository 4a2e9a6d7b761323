"""OpenTelemetry traces and metrics, with ``TELEMETRY=on``.

FastAPI emits a span and a duration for each request, and would include the path, the query, the
Host header and exception messages. They are filtered here, as each may hold a measurement.
Counters of predictions and of values outside the training range are added, to detect drift.
Importing this module imports the SDK, so that happens only where telemetry is on.
"""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from fastapi.telemetry import TelemetryConfig

from app import __version__
from app.middleware.request_log import LogContext

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
"""The attributes of spans and durations that are exported. A caller can't choose their text."""


@dataclass(frozen=True)
class Telemetry:
    """The telemetry of one application.

    Attributes:
        config: The configuration of FastAPI's own spans and durations.
        record: Counts the outcome of one request, from its log context.
    """

    config: TelemetryConfig
    record: Callable[[LogContext], None]


def from_environment() -> Telemetry:
    """Return telemetry exported by OTLP over HTTP, as the OTEL_* variables say.

    ``OTEL_TRACES_EXPORTER=none`` or ``OTEL_METRICS_EXPORTER=none`` turns one of them off.
    """
    exporter = OTLPSpanExporter() if _is_on("TRACES") else None
    reader = PeriodicExportingMetricReader(OTLPMetricExporter()) if _is_on("METRICS") else None
    return create_telemetry(exporter, reader)


def create_telemetry(exporter: SpanExporter | None, reader: MetricReader | None) -> Telemetry:
    """Return telemetry that sends spans to ``exporter`` and metrics to ``reader``."""
    propagate.set_global_textmap(TraceparentPropagator())
    tracers = TracerProvider()
    if exporter is not None:
        tracers.add_span_processor(BatchSpanProcessor(FilteringExporter(exporter)))
    meters = MeterProvider(
        [reader] if reader is not None else [],
        views=[View(instrument_name="http.server.*", attribute_keys=set(KEPT))],
        # An exemplar carries the attributes that the view drops.
        exemplar_filter=AlwaysOffExemplarFilter(),
    )
    config: TelemetryConfig = {
        "tracer_provider": tracers,
        "meter_provider": meters,
        "tracing": exporter is not None,
        "metrics": reader is not None,
        "logs": False,  # They quote exception messages.
        "operation_spans": False,
        "auto_configure": False,
    }
    return Telemetry(config, _counters(meters.get_meter("app", __version__)))


class TraceparentPropagator(TraceContextTextMapPropagator):
    """Propagator that reads ``traceparent`` and ignores ``tracestate`` and ``baggage``.

    OpenTelemetry passes those two on, and logs them as they were sent if they are malformed.
    """

    def extract(
        self,
        carrier: CarrierT,
        context: Context | None = None,
        getter: Getter[CarrierT] = default_getter,
    ) -> Context:
        """Return ``context`` with the parent span in ``carrier``, if there is one."""
        traceparent = getter.get(carrier, "traceparent") or []
        return super().extract({"traceparent": traceparent}, context)


class FilteringExporter(SpanExporter):
    """Exporter that drops each attribute whose text a caller can choose."""

    def __init__(self, exporter: SpanExporter) -> None:
        """Wrap ``exporter``."""
        self.exporter = exporter

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Export ``spans`` with the attributes in `KEPT`."""
        return self.exporter.export([_filtered(span) for span in spans])

    def shutdown(self) -> None:
        """Shut down the wrapped exporter."""
        self.exporter.shutdown()


def _filtered(span: ReadableSpan) -> ReadableSpan:
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


def _is_on(signal: str) -> bool:
    return os.environ.get(f"OTEL_{signal}_EXPORTER") != "none"


def _counters(meter: Meter) -> Callable[[LogContext], None]:
    predictions = meter.create_counter(
        "classifier.predictions", "{prediction}", "Predictions, by class and decision."
    )
    outside = meter.create_counter(
        "classifier.outside_training_range",
        "{measurement}",
        "Measurements outside the range of the training data, by feature.",
    )

    def record(context: LogContext) -> None:
        outcomes = dict(context.outcomes or {})
        if context.prediction is not None and context.decision is not None:
            outcomes[context.prediction, context.decision] = 1
        for (prediction, decision), count in outcomes.items():
            predictions.add(count, {"prediction": prediction, "decision": decision})
        for warning in context.warnings or ():
            if warning.code == "outsideTrainingRange":
                outside.add(1, {"feature": warning.features[0]})

    return record
