"""Provisional."""

from fastapi import FastAPI

from app.card import add_card
from app.docs import add_docs
from app.page import add_page


def add_pages(app: FastAPI) -> None:
    """Add pages."""
    add_card(app)
    add_page(app)
    add_docs(app)
