"""Applications that a browser is led to, besides the service itself."""

from typing import Annotated

from fastapi import FastAPI, HTTPException, Security
from fastapi.security import APIKeyHeader
from starlette.applications import Starlette
from starlette.routing import Mount

from app.docs import add_docs
from app.headers import SecurityHeaders
from app.main import app

mounted = Starlette(routes=[Mount("/clinic", app)])
"""The service below another path."""

guarded = FastAPI(docs_url=None)
"""A service that wants an API key."""

_KEY = Security(APIKeyHeader(name="X-API-Key", auto_error=False))


@guarded.post("/judge")
async def judge(given: Annotated[str | None, _KEY]) -> dict[str, str]:
    if given != "right":
        raise HTTPException(401)
    return {"judged": "yes"}


add_docs(guarded)
guarded.add_middleware(SecurityHeaders)
