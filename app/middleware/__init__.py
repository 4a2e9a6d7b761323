"""ASGI middleware, one class per file. `app.main` puts them in order."""
