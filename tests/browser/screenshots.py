"""Screenshots for the documentation: ``python -m tests.browser.screenshots`` takes them."""

from collections.abc import Callable
from hashlib import sha256
from io import BytesIO
from itertools import cycle, islice
from pathlib import Path
from typing import Literal, NamedTuple

from PIL import Image
from playwright.sync_api import Browser, ViewportSize, expect

from app.web.pages import STATIC
from model import ARTIFACTS, SCORECARD_FILE
from tests.browser.conftest import launch_chromium
from tests.browser.page_objects import ClinicianPage
from tests.browser.samples import EXAMPLES, LABELS, VALID_ROWS, scan
from tests.browser.servers import serve_uvicorn
from tests.conftest import ROOT

FOLDER = ROOT / "docs" / "screenshots"

DIGEST_FILE = "made-from.txt"
"""Holds `page_digest` of the page in the screenshots."""

COLORS = 128
"""A palette takes a third of the space."""

DESKTOP: ViewportSize = {"width": 1280, "height": 936}
PHONE: ViewportSize = {"width": 360, "height": 740}


def _result(clinician: ClinicianPage, observation: dict[str, float]) -> None:
    clinician.predict(observation)
    expect(clinician.decision).to_be_visible()


def _table(clinician: ClinicianPage, _: dict[str, float]) -> None:
    invalid = ["0.03821,14.97,24.64,n/a,0.1015", "0.04938,16.21,-2,808.9,0.1225"]
    valid = cycle(VALID_ROWS)
    rows = enumerate([*islice(valid, 6), *invalid, *islice(valid, 40)], 1001)
    lines = [f"patient,{','.join(LABELS)}", *(f"{n},{row}" for n, row in rows)]
    clinician.choose_csv("\n".join(lines))
    clinician.expect_scored(48)
    clinician.page.locator("#csv").evaluate("section => section.scrollIntoView()")


class Screenshot(NamedTuple):
    """An observation, the browser window, and how to prepare the page."""

    observation: dict[str, float]
    size: ViewportSize = DESKTOP
    scale: float = 1.5
    scheme: Literal["light", "dark"] = "light"
    prepare: Callable[[ClinicianPage, dict[str, float]], None] = _result


SCREENSHOTS = {
    "answer.png": Screenshot(scan("malignant")),
    "refer-dark.png": Screenshot(scan("refer"), scheme="dark"),
    "warning.png": Screenshot(EXAMPLES["malignant"]),
    "table.png": Screenshot({}, prepare=_table),
    "phone.png": Screenshot(scan("refer"), PHONE, 2),
}


def page_digest() -> str:
    """Return a digest of the page's files and the scorecard."""
    digest = sha256()
    for path in [*sorted(STATIC.iterdir()), ARTIFACTS / SCORECARD_FILE]:
        digest.update(sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def take_screenshots(browser: Browser, address: str, folder: Path) -> None:
    """Write all screenshots of the page at ``address`` to ``folder``."""
    for name, screenshot in SCREENSHOTS.items():
        with browser.new_context(
            viewport=screenshot.size,
            device_scale_factor=screenshot.scale,
            color_scheme=screenshot.scheme,
            reduced_motion="reduce",
        ) as context:
            clinician = ClinicianPage(context.new_page(), address)
            screenshot.prepare(clinician, screenshot.observation)
            image = Image.open(BytesIO(clinician.page.screenshot(caret="hide")))
            image.convert("RGB").quantize(COLORS).save(folder / name, optimize=True)
    (folder / DIGEST_FILE).write_text(f"{page_digest()}\n", encoding="utf-8")


def main() -> None:
    """Take the screenshots in the documentation."""
    FOLDER.mkdir(exist_ok=True)
    with serve_uvicorn() as address, launch_chromium() as browser:
        take_screenshots(browser, address, FOLDER)


if __name__ == "__main__":
    main()
