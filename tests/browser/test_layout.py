"""The page on paper and on a phone."""

import re

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from tests.browser.page_objects import ClinicianPage
from tests.browser.samples import EXAMPLES, SCANS, csv, scan

PHONE: ViewportSize = {"width": 360, "height": 740}
A4 = (595, 842)
"""Points."""

LONGEST = {**EXAMPLES["malignant"], "worstArea": 5000.5, "worstRadius": 60.5}
"""Values with every kind of warning, and so the longest result."""

CONTROLS = """() => [...document.querySelectorAll("a, button, input, select, summary")]
  .filter((control) => control.checkVisibility() && !control.closest(".scroll"))
  .flatMap((control) => [...control.getClientRects()].map((box) => [control.outerHTML, box]))"""
"""Visible controls outside the scrolling table, and their boxes."""


@pytest.mark.parametrize("observation", [*map(scan, SCANS), LONGEST])
def test_result_prints_on_one_page(clinician: ClinicianPage, observation: dict[str, float]) -> None:
    clinician.predict(observation)
    expect(clinician.decision).to_be_visible()
    pdf = clinician.page.pdf(prefer_css_page_size=True, print_background=True)
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 1
    [box] = re.findall(rb"/MediaBox\s*\[0 0 ([\d.]+) ([\d.]+)\]", pdf)
    assert [round(float(each)) for each in box] == pytest.approx(A4, abs=1)


def test_print_has_the_whole_result_and_no_controls(clinician: ClinicianPage) -> None:
    page = clinician.page
    clinician.predict(LONGEST)
    expect(clinician.decision).to_be_visible()
    page.emulate_media(media="print")
    for selector in (".decision .word", ".scale", ".sum .score", ".notice li", ".origin code"):
        expect(page.locator(f"#content {selector}").first).to_be_visible()
    expect(page.locator(".plot")).to_have_count(5)
    for plot in page.locator(".plot").all():
        expect(plot.locator("circle")).to_be_visible()
    for feature in LONGEST:
        expect(clinician.field(feature)).to_be_visible()
    assert clinician.values() == LONGEST
    expect(page.get_by_text("Not a medical device")).to_be_visible()
    for selector in ("button", "nav", "#csv"):
        for each in page.locator(selector).all():
            expect(each).to_be_hidden()


def expect_fits_phone(page: Page, controls: int) -> None:
    """Check that nothing is too wide, and no control too small for a finger."""
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    found = page.evaluate(CONTROLS)
    assert len(found) >= controls
    for control, box in found:
        assert box["left"] >= 0, control
        assert box["right"] <= PHONE["width"], control
        assert min(box["width"], box["height"]) >= 24, control


def test_fits_a_phone(clinician: ClinicianPage) -> None:
    page = clinician.page
    page.set_viewport_size(PHONE)
    expect_fits_phone(page, controls=14)
    clinician.button("Predict").click()
    expect_fits_phone(page, controls=14)
    clinician.predict(LONGEST)
    expect(clinician.decision).to_be_visible()
    page.get_by_text("About the model").click()
    expect_fits_phone(page, controls=16)
    clinician.choose_csv(csv(120))
    clinician.expect_scored(120)
    expect_fits_phone(page, controls=18)


def test_phone_scrolls_to_the_result(clinician: ClinicianPage) -> None:
    clinician.page.set_viewport_size(PHONE)
    clinician.fill(scan("benign"))
    clinician.field("meanConcavePoints").press("Enter")
    expect(clinician.decision).to_be_in_viewport(ratio=1)
