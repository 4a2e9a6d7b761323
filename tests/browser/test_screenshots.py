"""The documents' pictures are there, small, and of the page as it is."""

import re
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser

from tests.browser.screenshots import MADE_FROM, PLACE, SHOTS, made_from, take
from tests.conftest import ROOT

LIMIT = 250_000
"""Bytes of a picture, which everybody who clones this fetches."""

STALE = "the page has changed: python -m tests.browser.screenshots, and look at what it made"


def expect_pictures(folder: Path) -> None:
    assert {path.name for path in folder.iterdir()} == {*SHOTS, MADE_FROM}
    for name, shot in SHOTS.items():
        assert (folder / name).stat().st_size < LIMIT
        with Image.open(folder / name) as picture:
            assert picture.size == (
                shot.scale * shot.size["width"],
                shot.scale * shot.size["height"],
            )


def test_they_are_of_the_page_as_it_is() -> None:
    expect_pictures(PLACE)
    assert (PLACE / MADE_FROM).read_text(encoding="utf-8") == f"{made_from()}\n", STALE


def test_they_can_be_taken_again(browser: Browser, address: str, tmp_path: Path) -> None:
    take(browser, address, tmp_path)
    expect_pictures(tmp_path)


def test_each_is_shown_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert {*re.findall(r"[(\"]docs/screenshots/([\w.-]+)", readme)} == {*SHOTS}
