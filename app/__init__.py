"""Serve the model over HTTP, from uvicorn or from AWS Lambda."""

__version__ = "0.2.0"
