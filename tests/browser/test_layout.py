"""The page on paper and on a phone."""

import re

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from app.observation import EXAMPLES
from tests.browser.clinician import SCANS, ClinicianPage, scan
from tests.browser.sheets import csv

PHONE: ViewportSize = {"width": 360, "height": 740}
A4 = (595, 842)
"""Its width and height in points."""

WORST = {**EXAMPLES["malignant"], "worstArea": 5000.5, "worstRadius": 60.5}
"""What is unusual in every way, and so has the longest answer."""


@pytest.mark.parametrize("observation", [*map(scan, SCANS), WORST])
def test_an_answer_is_printed_on_one_sheet(
    address: str, page: Page, observation: dict[str, float]
) -> None:
    clinician = ClinicianPage(page, address)
    clinician.predict(observation)
    expect(clinician.result).to_be_visible()
    pdf = page.pdf(prefer_css_page_size=True, print_background=True)
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 1
    [box] = re.findall(rb"/MediaBox\s*\[0 0 ([\d.]+) ([\d.]+)\]", pdf)
    assert [round(float(each)) for each in box] == pytest.approx(A4, abs=1)


def test_all_of_the_answer_is_on_paper_and_nothing_to_press(address: str, page: Page) -> None:
    clinician = ClinicianPage(page, address)
    clinician.predict(WORST)
    expect(clinician.result).to_be_visible()
    page.emulate_media(media="print")
    for shown in (".result .word", ".scale", ".sum .score", ".notice li", ".origin code"):
        expect(page.locator(f"#shown {shown}").first).to_be_visible()
    expect(page.locator(".plot")).to_have_count(5)
    for plot in page.locator(".plot").all():
        expect(plot.locator("circle")).to_be_visible()
    for feature, value in WORST.items():
        expect(clinician.field(feature)).to_be_visible()
        assert float(clinician.typed()[feature]) == value
    expect(page.get_by_text("Not a medical device")).to_be_visible()
    for gone in ("button", "nav", "#sheet"):
        for each in page.locator(gone).all():
            expect(each).to_be_hidden()


CONTROLS = """() => [...document.querySelectorAll("a, button, input, select, summary")]
  .filter((control) => control.checkVisibility() && !control.closest(".scrolled"))
  .flatMap((control) => [...control.getClientRects()].map((box) => [control.outerHTML, box]))"""
"""Each control that can be seen, outside of what scrolls by itself, and where it is."""


def expect_to_fit(page: Page, controls: int) -> None:
    """Look for anything that is too wide, or too small for a finger."""
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    found = page.evaluate(CONTROLS)
    assert len(found) >= controls
    for control, box in found:
        assert box["left"] >= 0, control
        assert box["right"] <= PHONE["width"], control
        assert min(box["width"], box["height"]) >= 24, control


def test_it_fits_a_phone(address: str, page: Page) -> None:
    page.set_viewport_size(PHONE)
    clinician = ClinicianPage(page, address)
    expect_to_fit(page, controls=14)
    clinician.button("Predict").click()
    expect_to_fit(page, controls=14)
    clinician.predict(WORST)
    expect(clinician.result).to_be_visible()
    page.get_by_text("Where it comes from").click()
    expect_to_fit(page, controls=16)
    clinician.choose(csv(120))
    clinician.expect_done(120)
    expect_to_fit(page, controls=18)


def test_on_a_phone_the_answer_comes_into_view(address: str, page: Page) -> None:
    page.set_viewport_size(PHONE)
    clinician = ClinicianPage(page, address)
    clinician.type(scan("benign"))
    clinician.field("meanConcavePoints").press("Enter")
    expect(clinician.result).to_be_in_viewport(ratio=1)
