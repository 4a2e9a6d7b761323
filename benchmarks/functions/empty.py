"""An empty FastAPI application behind Mangum: what the framework costs alone."""

from fastapi import FastAPI
from mangum import Mangum

handler = Mangum(FastAPI(), lifespan="off")
