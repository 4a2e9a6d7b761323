"""The clinician's page, as the person who uses it."""

from collections.abc import Mapping
from pathlib import Path

from playwright.sync_api import FilePayload, Locator, Page, Response, Route, expect

from model import FEATURES

LABELS = {each.name: each.column[0].upper() + each.column[1:] for each in FEATURES}
"""The words beside each field, by the feature's name."""

BATCHES = "**/explain/batch"

SCANS = {
    "malignant": (0.1471, 25.38, 17.33, 2019.0, 0.2654),
    "benign": (0.04781, 15.11, 19.26, 711.2, 0.1288),
    "refer": (0.05669, 12.84, 35.34, 514.0, 0.1424),
}
"""Patients of the data, whose measurements give nothing to check, by what is decided."""


def scan(decision: str) -> dict[str, float]:
    """Return the observation of which ``decision`` is the answer."""
    return dict(zip(LABELS, SCANS[decision], strict=True))


class ClinicianPage:
    """The page at ``/``."""

    def __init__(self, page: Page, address: str) -> None:
        """Open the page of the service at ``address``, and wait until it can be used."""
        self.page = page
        self.response = self.open(address)
        self.result = page.locator(".result .word")
        self.announced = page.locator("#said")
        self.failure = page.locator("#failure")
        self.warnings = page.locator("#shown .notice:not(#stale) li")
        self.state = page.locator("#state")
        self.rows = page.locator(".rows tbody tr")

    def open(self, address: str) -> Response:
        """Go to the page, and wait until its fields are there."""
        response = self.page.goto(f"{address}/")
        assert response is not None
        self.button("Predict").wait_for()
        return response

    def button(self, name: str) -> Locator:
        """Return the button with exactly this name."""
        return self.page.get_by_role("button", name=name, exact=True)

    def field(self, feature: str) -> Locator:
        """Return the field of a feature, by what stands beside it."""
        return self.page.get_by_label(LABELS[feature], exact=True)

    def note(self, feature: str) -> Locator:
        """Return what is said of the value in a field."""
        return self.page.locator(f"#note-{feature}")

    def type(self, observation: Mapping[str, object]) -> None:
        """Put each value into its field."""
        for feature, value in observation.items():
            self.field(feature).fill(str(value))

    def typed(self) -> dict[str, str]:
        """Return what is in each field."""
        return {feature: self.field(feature).input_value() for feature in LABELS}

    def predict(self, observation: Mapping[str, object]) -> None:
        """Type an observation and press *Predict*."""
        self.type(observation)
        self.button("Predict").click()

    def try_example(self, decision: str) -> None:
        """Fill in an example, which the page asks the service for."""
        self.button(decision).click()
        expect(self.button("Predict")).to_be_focused()

    def choose(self, file: Path | str, name: str = "scans.csv") -> None:
        """Choose a CSV: a file, or one that has this text and ``name``."""
        chosen: Path | FilePayload
        if isinstance(file, str):
            chosen = {"name": name, "mimeType": "text/csv", "buffer": file.encode()}
        else:
            chosen = file
        self.page.get_by_label("CSV file").set_input_files(chosen)

    def hold(self, pieces: int) -> list[Route]:
        """Let so many pieces of a CSV leave; return where the next one is held, once it is."""
        held: list[Route] = []
        left = iter(range(pieces))

        def pass_or_hold(route: Route) -> None:
            if next(left, None) is None:
                held.append(route)
            else:
                route.continue_()

        self.page.route(BATCHES, pass_or_hold)
        return held

    def let_go(self) -> None:
        """Hold no piece any longer. Of one that is held, nobody hears again."""
        self.page.unroute(BATCHES)

    def download(self) -> bytes:
        """Return the file that *Download as CSV* gives."""
        with self.page.expect_download() as downloading:
            self.button("Download as CSV").click()
        return downloading.value.path().read_bytes()

    def expect_done(self, rows: int) -> None:
        """Wait until all rows of a CSV have been looked at."""
        expect(self.state).to_contain_text(f": {rows:,} rows: ")
        expect(self.button("Cancel")).to_be_hidden()
