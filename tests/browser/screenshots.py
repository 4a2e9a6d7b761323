"""Pictures of the page's main states: ``python -m tests.browser.screenshots`` writes them anew.

They go into `docs/screenshots`, with a digest of what they show beside them, by which a test
sees that they are of the page as it is.
"""

from collections.abc import Callable
from hashlib import sha256
from io import BytesIO
from itertools import cycle, islice
from pathlib import Path
from typing import Literal, NamedTuple

from PIL import Image
from playwright.sync_api import Browser, ViewportSize, expect

from app.observation import EXAMPLES, FEATURE_NAMES
from app.page import FOLDER
from model import ARTIFACTS, SCORECARD_FILE
from tests.browser.clinician import ClinicianPage, scan
from tests.browser.conftest import launched, on_uvicorn
from tests.browser.sheets import GOOD
from tests.conftest import ROOT

PLACE = ROOT / "docs" / "screenshots"
"""Where the documents' pictures are."""

MADE_FROM = "made-from.txt"
"""The file beside them that says of which page they are."""

COLOURS = 128
"""So many are enough, and take a third of the space."""


DESK: ViewportSize = {"width": 1280, "height": 936}
PHONE: ViewportSize = {"width": 360, "height": 740}


class Shot(NamedTuple):
    """A picture: what to do before it is taken, and how the page is looked at."""

    prepare: Callable[[ClinicianPage], None]
    size: ViewportSize = DESK
    scale: float = 1.5
    scheme: Literal["light", "dark"] = "light"


def _malignant(clinician: ClinicianPage) -> None:
    clinician.predict(scan("malignant"))
    expect(clinician.result).to_have_text("Malignant")


def _refer(clinician: ClinicianPage) -> None:
    clinician.predict(scan("refer"))
    expect(clinician.result).to_have_text("Refer to a person")


def _warning(clinician: ClinicianPage) -> None:
    clinician.predict(EXAMPLES["malignant"])
    expect(clinician.warnings).to_have_count(1)


def _table(clinician: ClinicianPage) -> None:
    bad = ["0.03821,14.97,24.64,n/a,0.1015", "0.04938,16.21,-2,808.9,0.1225"]
    rows = enumerate([*islice(cycle(GOOD), 6), *bad, *islice(cycle(GOOD), 40)], 1001)
    lines = [f"patient,{','.join(FEATURE_NAMES)}", *(f"{n},{row}" for n, row in rows)]
    clinician.choose("\n".join(lines))
    clinician.expect_done(48)
    clinician.page.locator("#sheet").evaluate("section => section.scrollIntoView()")


SHOTS = {
    "answer.png": Shot(_malignant),
    "refer-dark.png": Shot(_refer, scheme="dark"),
    "warning.png": Shot(_warning),
    "table.png": Shot(_table),
    "phone.png": Shot(_refer, PHONE, 2),
}


def made_from() -> str:
    """Return the digest of all that the page is made from, and of what it shows."""
    digest = sha256()
    for path in [*sorted(FOLDER.iterdir()), ARTIFACTS / SCORECARD_FILE]:
        digest.update(sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def take(browser: Browser, address: str, folder: Path) -> None:
    """Put all pictures of the page at ``address`` into ``folder``."""
    for name, shot in SHOTS.items():
        with browser.new_context(
            viewport=shot.size,
            device_scale_factor=shot.scale,
            color_scheme=shot.scheme,
            reduced_motion="reduce",
        ) as context:
            clinician = ClinicianPage(context.new_page(), address)
            shot.prepare(clinician)
            picture = Image.open(BytesIO(clinician.page.screenshot(caret="hide")))
            picture.convert("RGB").quantize(COLOURS).save(folder / name, optimize=True)
    (folder / MADE_FROM).write_text(f"{made_from()}\n", encoding="utf-8")


def main() -> None:
    """Take the documents' pictures anew."""
    PLACE.mkdir(exist_ok=True)
    with on_uvicorn() as address, launched() as browser:
        take(browser, address, PLACE)


if __name__ == "__main__":
    main()
