"""Page objects: the clinician's page and Swagger UI."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import FilePayload, Locator, Page, Response, Route, expect

from tests.browser.samples import LABELS

BATCH_REQUESTS = "**/explain/batch"


class ClinicianPage:
    """The page at ``/``."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.response = self.open(address)
        self.decision = page.locator(".decision .word")
        self.announcement = page.locator("#announcement")
        self.error = page.locator("#error")
        self.warnings = page.locator("#content .notice:not(#stale) li")
        self.status = page.locator("#status")
        self.rows = page.locator(".rows tbody tr")
        self.rejected_rows = page.locator(".rows tr.rejected")

    def open(self, address: str) -> Response:
        response = self.page.goto(f"{address}/")
        assert response is not None
        self.button("Predict").wait_for()
        return response

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def alert(self, text: str) -> Locator:
        return self.page.get_by_role("alert").filter(has_text=text)

    def field(self, feature: str) -> Locator:
        return self.page.get_by_label(LABELS[feature], exact=True)

    def note(self, feature: str) -> Locator:
        return self.page.locator(f"#note-{feature}")

    def fill(self, observation: Mapping[str, object]) -> None:
        for feature, value in observation.items():
            self.field(feature).fill(str(value))

    def texts(self) -> dict[str, str]:
        return {feature: self.field(feature).input_value() for feature in LABELS}

    def values(self) -> dict[str, float]:
        return {feature: float(text) for feature, text in self.texts().items()}

    def predict(self, observation: Mapping[str, object]) -> None:
        self.fill(observation)
        self.button("Predict").click()

    def fill_example(self, decision: str) -> None:
        self.button(decision).click()
        expect(self.button("Predict")).to_be_focused()

    def choose_csv(self, file: Path | str, name: str = "scans.csv") -> None:
        """Choose a CSV file, given as a path or as text."""
        text: FilePayload = {"name": name, "mimeType": "text/csv", "buffer": str(file).encode()}
        field = self.page.get_by_label("CSV file")
        field.set_input_files(text if isinstance(file, str) else file)

    def expect_scored(self, rows: int) -> None:
        """Wait until all rows of a CSV are scored."""
        expect(self.status).to_contain_text(f": {rows:,} rows: ")
        expect(self.button("Cancel")).to_be_hidden()

    def pause_batches(self, after: int) -> list[Route]:
        """Hold batch requests after so many; return the list of held ones."""
        held: list[Route] = []
        remaining = iter(range(after))

        def continue_or_hold(route: Route) -> None:
            if next(remaining, None) is None:
                held.append(route)
            else:
                route.continue_()

        self.page.route(BATCH_REQUESTS, continue_or_hold)
        return held

    def resume_batches(self) -> None:
        self.page.unroute(BATCH_REQUESTS)

    def download(self) -> bytes:
        """Return the scored CSV."""
        with self.page.expect_download() as downloading:
            self.button("Download as CSV").click()
        return downloading.value.path().read_bytes()


@dataclass(frozen=True)
class ShownResponse:
    """A response as Swagger UI shows it."""

    status: int
    body: Any


class SwaggerPage:
    """The page at ``/docs``."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        page.goto(f"{address}/docs")
        page.locator(".opblock").first.wait_for()

    def operation(self, path: str) -> Locator:
        return self.page.locator(f'.opblock-post:has([data-path="{path}"])')

    def try_out(self, path: str, body: str | None = None) -> ShownResponse:
        """Use *Try it out* with ``body`` or, by default, the example."""
        block = self.operation(path)
        block.locator(".opblock-summary-control").click()
        block.get_by_role("button", name="Try it out").click()
        if body is not None:
            block.locator("textarea").fill(body)
        block.get_by_role("button", name="Execute").click()
        response = block.locator(".live-responses-table .response")
        shown = response.locator("pre.microlight").first.inner_text()
        status = response.locator(".response-col_status").inner_text().split()[0]
        return ShownResponse(int(status), json.loads(shown))

    def authorize(self, key: str) -> None:
        self.page.get_by_role("button", name="Authorize").first.click()
        dialog = self.page.locator(".dialog-ux")
        dialog.locator("input").fill(key)
        dialog.get_by_role("button", name="Apply credentials").click()
        dialog.locator(".btn-done").click()
