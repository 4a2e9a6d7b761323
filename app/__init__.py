"""Serve the model over HTTP, from uvicorn, granian or AWS Lambda."""

__version__ = "0.2.0"
