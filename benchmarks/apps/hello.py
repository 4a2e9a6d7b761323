"""FastAPI's hello-world with a request model of five numbers: the cost of the framework."""

from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI()


class Observation(BaseModel):
    """Five measurements, declared as in FastAPI's tutorial."""

    meanConcavePoints: float  # noqa: N815
    worstRadius: float  # noqa: N815
    worstTexture: float  # noqa: N815
    worstArea: float  # noqa: N815
    worstConcavePoints: float  # noqa: N815


@app.post("/")
async def hello(_: Observation) -> dict[str, str]:
    """Return a constant."""
    return {"message": "Hello World"}
