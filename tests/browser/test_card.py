"""The model card in a browser: complete, on any screen and on paper."""

from typing import Literal

import pytest
from playwright.sync_api import Page, expect

from app.web.pages import FIGURES

FIGURE_NAMES = sorted(path.name for path in FIGURES.iterdir())
WIDTHS = "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"


def test_figures_load(address: str, page: Page) -> None:
    page.goto(f"{address}/card")
    assert page.title() == "Model card: a scorecard for breast tumours"
    widths = page.evaluate("Array.from(document.images, image => image.naturalWidth)")
    assert len(widths) == len(FIGURE_NAMES)
    assert min(widths) > 500


@pytest.mark.parametrize(
    ("scheme", "background"), [("light", "rgb(255, 255, 255)"), ("dark", "rgb(21, 24, 28)")]
)
def test_follows_the_color_scheme(
    address: str, page: Page, scheme: Literal["light", "dark"], background: str
) -> None:
    page.emulate_media(color_scheme=scheme)
    page.goto(f"{address}/card")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == background


@pytest.mark.parametrize("name", FIGURE_NAMES)
def test_figure_opens_with_its_styles(address: str, page: Page, name: str) -> None:
    page.goto(f"{address}/card")
    page.locator(f"a[href='card/{name}']").click()
    page.wait_for_url(f"{address}/card/{name}")
    background = page.locator("#patch_1 path")
    assert background.evaluate("path => getComputedStyle(path).fill") == "rgb(255, 255, 255)"


@pytest.mark.parametrize(
    ("media", "width"),
    [("screen", 320), ("screen", 360), ("screen", 1280), ("print", 718)],  # A4 without margins.
)
def test_fits_the_width(
    address: str, page: Page, media: Literal["screen", "print"], width: int
) -> None:
    page.emulate_media(media=media)
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"{address}/card")
    assert page.evaluate(WIDTHS) == [width, width]
    assert page.get_by_role("navigation").count() == (media == "screen")


def test_wide_tables_scroll_by_keyboard(address: str, page: Page) -> None:
    page.goto(f"{address}/card")
    table = page.get_by_role("group", name="Table 1", exact=True)
    table.focus()
    expect(table).to_be_focused()


def test_headings_are_link_targets(address: str, page: Page) -> None:
    page.goto(f"{address}/card#when-a-person-decides")
    heading = page.get_by_role("heading", name="When a person decides")
    # A browser scrolls by whole pixels of the screen.
    assert -1 < heading.evaluate("element => element.getBoundingClientRect().top") < 100
