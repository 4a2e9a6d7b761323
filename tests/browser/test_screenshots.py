"""The documents' pictures are there, small, and of the page as it is."""

import re
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser

from tests.browser.screenshots import MADE_FROM, PLACE, SHOTS, made_from, take
from tests.conftest import ROOT

LIMIT = 250_000
"""Bytes of a picture, which everybody who clones this fetches."""

STALE = "the page has changed: python -m tests.browser.screenshots, and look at what it made"
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


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


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_those_that_a_document_shows_exist(document: Path) -> None:
    shown = re.findall(r"[\w./-]*screenshots/[\w.-]+", document.read_text(encoding="utf-8"))
    assert all((document.parent / path).is_file() for path in shown), shown
