"""Accessibility checks with axe-core."""

from importlib.resources import files
from typing import Any, Literal

from playwright.sync_api import Page

TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
"""Rules of WCAG 2.2 at level AA and axe-core's best practices."""

SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")

_AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")


def violations(page: Page, *tags: str) -> list[str]:
    """Return each violation of the rules with these tags: rule, element and remedy."""
    # The debugger evaluates it, so the Content-Security-Policy does not apply.
    page.evaluate(f"{_AXE};0")
    options = {"runOnly": {"type": "tag", "values": tags or TAGS}}
    found: list[dict[str, Any]] = page.evaluate(
        "async (options) => (await axe.run(options)).violations", options
    )
    return [
        f"{each['id']}: {node['target']}: {node['failureSummary']}"
        for each in found
        for node in each["nodes"]
    ]


def expect_accessible(page: Page) -> None:
    """Check the page in light and dark."""
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        assert violations(page) == [], scheme
