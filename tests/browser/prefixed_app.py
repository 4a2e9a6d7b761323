"""The application below a path prefix."""

from starlette.applications import Starlette
from starlette.routing import Mount

from app.main import app

prefixed = Starlette(routes=[Mount("/clinic", app)])
