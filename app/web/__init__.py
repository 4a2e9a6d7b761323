"""Web pages and their static files."""
