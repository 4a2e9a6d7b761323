"""FastAPI's hello-world, with a request model of five numbers: what the framework takes alone."""

from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI()


class Observation(BaseModel):
    """The five measurements, as a tutorial declares them."""

    meanConcavePoints: float  # noqa: N815
    worstRadius: float  # noqa: N815
    worstTexture: float  # noqa: N815
    worstArea: float  # noqa: N815
    worstConcavePoints: float  # noqa: N815


@app.post("/")
async def hello(_: Observation) -> dict[str, str]:
    """Look at nothing, and greet."""
    return {"message": "Hello World"}
