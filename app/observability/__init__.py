"""Log formatters and OpenTelemetry."""
