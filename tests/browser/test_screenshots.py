"""The screenshots in the documentation are current and small."""

import re
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser

from tests.browser.screenshots import (
    DIGEST_FILE,
    FOLDER,
    SCREENSHOTS,
    page_digest,
    take_screenshots,
)
from tests.conftest import ROOT

SIZE_LIMIT = 250_000
"""Bytes of a screenshot."""

STALE = "the page has changed: run python -m tests.browser.screenshots and check the screenshots"


def expect_screenshots(folder: Path) -> None:
    assert {path.name for path in folder.iterdir()} == {*SCREENSHOTS, DIGEST_FILE}
    for name, screenshot in SCREENSHOTS.items():
        assert (folder / name).stat().st_size < SIZE_LIMIT
        with Image.open(folder / name) as image:
            size = (screenshot.size["width"], screenshot.size["height"])
            assert image.size == tuple(screenshot.scale * length for length in size)


def test_screenshots_are_current() -> None:
    expect_screenshots(FOLDER)
    assert (FOLDER / DIGEST_FILE).read_text(encoding="utf-8") == f"{page_digest()}\n", STALE


def test_screenshots_can_be_taken(browser: Browser, address: str, tmp_path: Path) -> None:
    take_screenshots(browser, address, tmp_path)
    expect_screenshots(tmp_path)


def test_documentation_shows_every_screenshot() -> None:
    text = "".join(
        (ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "docs/page.md")
    )
    assert {*re.findall(r"[(\"](?:docs/)?screenshots/([\w.-]+)", text)} == {*SCREENSHOTS}
