"""Swagger UI's page, as its reader uses it."""

import json
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Locator, Page


@dataclass(frozen=True)
class Answer:
    """What Swagger UI shows of an answer."""

    status: int
    body: Any


class SwaggerUI:
    """The page at ``/docs``."""

    def __init__(self, page: Page, address: str) -> None:
        """Open the docs of the service at ``address``, and wait until they are drawn."""
        self.page = page
        page.goto(f"{address}/docs")
        page.locator(".opblock").first.wait_for()

    def operation(self, path: str) -> Locator:
        """Return the block of what is POSTed to ``path``."""
        return self.page.locator(f'.opblock-post:has([data-path="{path}"])')

    def try_out(self, path: str, body: str | None = None) -> Answer:
        """Press *Try it out* and *Execute*, with the example shown or with ``body``."""
        block = self.operation(path)
        block.locator(".opblock-summary-control").click()
        block.get_by_role("button", name="Try it out").click()
        if body is not None:
            block.locator("textarea").fill(body)
        block.get_by_role("button", name="Execute").click()
        response = block.locator(".live-responses-table .response")
        shown = response.locator("pre.microlight").first.inner_text()
        return Answer(
            int(response.locator(".response-col_status").inner_text().split()[0]),
            json.loads(shown),
        )

    def authorize(self, key: str) -> None:
        """Press *Authorize*, and give ``key`` as the API key for all that follows."""
        self.page.get_by_role("button", name="Authorize").first.click()
        dialog = self.page.locator(".dialog-ux")
        dialog.locator("input").fill(key)
        dialog.get_by_role("button", name="Apply credentials").click()
        dialog.locator(".btn-done").click()
