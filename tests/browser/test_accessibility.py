"""axe-core finds no violation in the states of the page.

Those of errors are checked in test_api_key.py and test_unreachable.py.
"""

import pytest
from playwright.sync_api import expect

from tests.browser.axe import TAGS, expect_accessible, violations
from tests.browser.page_objects import ClinicianPage
from tests.browser.samples import EXAMPLES, csv, scan


def test_form_and_result(clinician: ClinicianPage) -> None:
    page = clinician.page
    expect_accessible(page)
    clinician.predict({"meanConcavePoints": 0.9, "worstRadius": "x", "worstArea": "-1"})
    expect(page.locator("[aria-invalid]")).to_have_count(4)
    expect_accessible(page)
    clinician.predict(EXAMPLES["malignant"])
    expect(clinician.warnings).to_have_count(1)
    page.get_by_text("About the model").click()
    expect_accessible(page)
    clinician.fill({"worstArea": 700})  # The result is stale.
    expect_accessible(page)


@pytest.mark.parametrize("decision", ["benign", "refer"])
@pytest.mark.parametrize("width", [360, 1280])
def test_decisions(clinician: ClinicianPage, decision: str, width: int) -> None:
    clinician.page.set_viewport_size({"width": width, "height": 740})
    clinician.predict(scan(decision))
    expect(clinician.decision).to_be_visible()
    expect_accessible(clinician.page)


def test_csv(clinician: ClinicianPage) -> None:
    page = clinician.page
    clinician.choose_csv("x")
    expect(page.locator("#csv-error .notice")).to_be_visible()
    expect_accessible(page)
    clinician.choose_csv(csv(200))
    clinician.expect_scored(200)
    page.get_by_role("columnheader", name="Decision").get_by_role("button").click()
    expect_accessible(page)
    clinician.pause_batches(after=0)
    clinician.choose_csv(csv(3))
    expect(clinician.button("Cancel")).to_be_visible()
    expect_accessible(page)


def test_violations_are_found(clinician: ClinicianPage) -> None:
    page = clinician.page
    page.evaluate(
        """() => {
          document.documentElement.removeAttribute("lang");
          document.querySelector("h2").style.color = "#bbb";
          const buttons = [1, 2, 3].map(() => document.createElement("button"));
          for (const button of buttons) {
            button.title = "small";
            Object.assign(button.style, { minHeight: "9px", height: "9px", width: "9px",
              padding: 0, margin: 0 });
          }
          document.querySelector("footer").append(...buttons);
        }"""
    )
    found = {each.partition(":")[0] for each in violations(page)}
    assert found == {"html-has-lang", "color-contrast", "target-size"}
    assert violations(page, "wcag22aa") != []
    assert "wcag22aa" in TAGS
