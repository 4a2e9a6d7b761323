"""The model's card in a real browser: it shows whole, asks nobody else, and fits a phone."""

import pytest
from playwright.sync_api import Page

from app.card import FIGURES
from tests.browser.conftest import Visit

WIDTHS = "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"


def test_it_shows_whole_and_asks_only_for_its_own_files(
    address: str, page: Page, visit: Visit
) -> None:
    page.goto(f"{address}/card")
    assert page.title() == "Model card: a scorecard for breast tumours"
    widths = page.evaluate("Array.from(document.images, image => image.naturalWidth)")
    assert len(widths) == len(FIGURES)
    assert min(widths) > 500
    figures = {f"{address}/card/{name}" for name in FIGURES}
    asked = {f"{address}/card", f"{address}/static/card.css", *figures}
    # The icon when Chromium gets round to it.
    assert asked <= set(visit.requests) <= {*asked, f"{address}/static/icon.svg"}


@pytest.mark.parametrize(
    ("scheme", "paper"), [("light", "rgb(255, 255, 255)"), ("dark", "rgb(21, 24, 28)")]
)
def test_it_is_light_or_dark_as_the_browser_is(
    address: str, page: Page, scheme: str, paper: str
) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.goto(f"{address}/card")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == paper


@pytest.mark.parametrize("name", sorted(FIGURES))
def test_a_figure_opens_by_itself_with_its_styles(address: str, page: Page, name: str) -> None:
    page.goto(f"{address}/card")
    page.locator(f"a[href='card/{name}']").click()
    page.wait_for_url(f"{address}/card/{name}")
    background = page.locator("#patch_1 path")
    assert background.evaluate("path => getComputedStyle(path).fill") == "rgb(255, 255, 255)"


@pytest.mark.parametrize("width", [320, 360, 1280])
def test_only_what_is_wide_scrolls_sideways(address: str, page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"{address}/card")
    scrolled, shown = page.evaluate(WIDTHS)
    assert scrolled == shown == width
    table = page.get_by_role("group", name="Table 1", exact=True)
    table.focus()
    assert table.evaluate("element => element === document.activeElement")


def test_on_paper_nothing_is_cut_off(address: str, page: Page) -> None:
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 718, "height": 1000})  # A4 within Chromium's margins.
    page.goto(f"{address}/card")
    scrolled, shown = page.evaluate(WIDTHS)
    assert scrolled == shown
    assert page.get_by_role("navigation").count() == 0


def test_a_heading_can_be_linked_to(address: str, page: Page) -> None:
    page.goto(f"{address}/card#when-a-person-decides")
    heading = page.get_by_role("heading", name="When a person decides")
    # A browser scrolls by whole pixels of the screen.
    assert -1 < heading.evaluate("element => element.getBoundingClientRect().top") < 100
