"""axe-core finds nothing in any state of the page, in light and dark, wide and narrow."""

from typing import Literal

import pytest
from playwright.sync_api import Page, expect

from app.observation import EXAMPLES
from tests.browser.accessibility import STANDARD, violations
from tests.browser.clinician import BATCHES, ClinicianPage, scan
from tests.browser.conftest import Visit
from tests.browser.sheets import csv

SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


@pytest.fixture
def clinician(address: str, page: Page) -> ClinicianPage:
    return ClinicianPage(page, address)


def expect_accessible(clinician: ClinicianPage) -> None:
    for scheme in SCHEMES:
        clinician.page.emulate_media(color_scheme=scheme)
        assert violations(clinician.page) == [], scheme


def test_the_empty_page(clinician: ClinicianPage) -> None:
    expect(clinician.result).to_be_hidden()
    expect_accessible(clinician)


def test_faults(clinician: ClinicianPage) -> None:
    clinician.predict({"meanConcavePoints": 0.9, "worstRadius": "x", "worstArea": "-1"})
    expect(clinician.page.locator("[aria-invalid]")).to_have_count(4)
    expect_accessible(clinician)


def test_an_answer_with_a_warning(clinician: ClinicianPage) -> None:
    clinician.predict(EXAMPLES["malignant"])
    expect(clinician.warnings).to_have_count(1)
    clinician.page.get_by_text("Where it comes from").click()
    expect_accessible(clinician)


def test_an_answer_that_refers(clinician: ClinicianPage) -> None:
    clinician.predict(scan("refer"))
    expect(clinician.result).to_be_visible()
    expect_accessible(clinician)


def test_an_answer_to_earlier_measurements(clinician: ClinicianPage) -> None:
    clinician.predict(scan("benign"))
    expect(clinician.result).to_be_visible()
    clinician.type({"worstArea": 700})
    expect_accessible(clinician)


def test_an_answer_on_a_phone(clinician: ClinicianPage) -> None:
    clinician.page.set_viewport_size({"width": 360, "height": 740})
    clinician.predict(scan("malignant"))
    expect(clinician.result).to_be_visible()
    expect_accessible(clinician)


def test_a_table(clinician: ClinicianPage) -> None:
    clinician.choose(csv(200))
    clinician.expect_done(200)
    clinician.page.get_by_role("columnheader", name="Decision").get_by_role("button").click()
    expect_accessible(clinician)


def test_a_file_that_is_refused_and_progress(clinician: ClinicianPage) -> None:
    clinician.choose("x")
    expect(clinician.page.locator("#sheet-failure .notice")).to_be_visible()
    clinician.hold(0)
    clinician.choose(csv(3))
    expect(clinician.button("Cancel")).to_be_visible()
    expect_accessible(clinician)


def test_a_key_is_needed(clinician: ClinicianPage, visit: Visit) -> None:
    clinician.page.route("**/explain", lambda route: route.fulfill(status=401))
    clinician.predict(scan("benign"))
    expect(clinician.page.get_by_label("Key", exact=True)).to_be_visible()
    visit.expect_error("status of 401", clinician.page)
    expect_accessible(clinician)


def test_the_service_is_out_of_reach(clinician: ClinicianPage, visit: Visit) -> None:
    for path in ("**/explain", BATCHES):
        clinician.page.route(path, lambda route: route.abort())
    clinician.predict(scan("benign"))
    clinician.choose(csv(3))
    expect(clinician.failure).not_to_be_empty()
    expect(clinician.button("Continue")).to_be_visible()
    visit.expect_error("net::ERR_FAILED", clinician.page)
    expect_accessible(clinician)


def test_what_is_wrong_is_found(address: str, page: Page) -> None:
    ClinicianPage(page, address)
    page.evaluate(
        """() => {
          document.documentElement.removeAttribute("lang");
          document.querySelector("h2").style.color = "#bbb";
          const close = [1, 2, 3].map(() => document.createElement("button"));
          for (const button of close) {
            button.title = "small";
            Object.assign(button.style, { minHeight: "9px", height: "9px", width: "9px",
              padding: 0, margin: 0 });
          }
          document.querySelector("footer").append(...close);
        }"""
    )
    found = {each.partition(":")[0] for each in violations(page)}
    assert found == {"html-has-lang", "color-contrast", "target-size"}
    assert violations(page, "wcag22aa") != []
    assert "wcag22aa" in STANDARD
