"""The service as a browser is led to it elsewhere than at its root."""

from starlette.applications import Starlette
from starlette.routing import Mount

from app.main import app

mounted = Starlette(routes=[Mount("/clinic", app)])
"""The service below another path."""
