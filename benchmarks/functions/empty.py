"""An empty FastAPI application behind Mangum: the cost of the framework alone."""

from fastapi import FastAPI
from mangum import Mangum

handler = Mangum(FastAPI(), lifespan="off")
