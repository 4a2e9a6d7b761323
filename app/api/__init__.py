"""The HTTP API: endpoints, schemas, parsing, errors and the OpenAPI document."""
