"""What axe-core, the rules that most checks of accessibility are made with, finds on a page."""

from importlib.resources import files
from typing import Any

from playwright.sync_api import Page

STANDARD = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
"""WCAG 2.2 at level AA, which axe-core knows by the version that brought each rule, and more."""

_AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")


def violations(page: Page, *tags: str) -> list[str]:
    """Return what violates the rules that have these ``tags``: which, where, and how to mend it."""
    # Evaluated by the browser's debugger, so the page's own policy neither stops it nor changes.
    page.evaluate(f"{_AXE};0")
    options = {"runOnly": {"type": "tag", "values": tags or STANDARD}}
    found: list[dict[str, Any]] = page.evaluate(
        "async (options) => (await axe.run(options)).violations", options
    )
    return [
        f"{each['id']}: {node['target']}: {node['failureSummary']}"
        for each in found
        for node in each["nodes"]
    ]
