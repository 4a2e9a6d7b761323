"""axe-core finds no violation in any state of the page, in light and dark."""

from collections.abc import Callable
from typing import Literal

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import TAGS, violations
from tests.browser.conftest import BrowserLog
from tests.browser.page_objects import BATCH_REQUESTS, ClinicianPage
from tests.browser.samples import EXAMPLES, csv, scan

SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


def expect_accessible(page: Page) -> None:
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        assert violations(page) == [], scheme


def show_empty(clinician: ClinicianPage) -> None:
    expect(clinician.decision).to_be_hidden()


def show_field_errors(clinician: ClinicianPage) -> None:
    clinician.predict({"meanConcavePoints": 0.9, "worstRadius": "x", "worstArea": "-1"})
    expect(clinician.page.locator("[aria-invalid]")).to_have_count(4)


def show_warning(clinician: ClinicianPage) -> None:
    clinician.predict(EXAMPLES["malignant"])
    expect(clinician.warnings).to_have_count(1)
    clinician.page.get_by_text("About the model").click()


def show_referral(clinician: ClinicianPage) -> None:
    clinician.predict(scan("refer"))
    expect(clinician.decision).to_be_visible()


def show_stale_result(clinician: ClinicianPage) -> None:
    clinician.predict(scan("benign"))
    expect(clinician.decision).to_be_visible()
    clinician.fill({"worstArea": 700})


def show_result_on_phone(clinician: ClinicianPage) -> None:
    clinician.page.set_viewport_size({"width": 360, "height": 740})
    clinician.predict(scan("malignant"))
    expect(clinician.decision).to_be_visible()


def show_table(clinician: ClinicianPage) -> None:
    clinician.choose_csv(csv(200))
    clinician.expect_scored(200)
    clinician.page.get_by_role("columnheader", name="Decision").get_by_role("button").click()


def show_rejected_csv(clinician: ClinicianPage) -> None:
    clinician.choose_csv("x")
    expect(clinician.page.locator("#csv-error .notice")).to_be_visible()


def show_progress(clinician: ClinicianPage) -> None:
    clinician.pause_batches(after=0)
    clinician.choose_csv(csv(3))
    expect(clinician.button("Cancel")).to_be_visible()


@pytest.mark.parametrize(
    "show",
    [
        show_empty,
        show_field_errors,
        show_warning,
        show_referral,
        show_stale_result,
        show_result_on_phone,
        show_table,
        show_rejected_csv,
        show_progress,
    ],
)
def test_page_is_accessible(
    clinician: ClinicianPage, show: Callable[[ClinicianPage], None]
) -> None:
    show(clinician)
    expect_accessible(clinician.page)


def test_key_form_is_accessible(clinician: ClinicianPage, browser_log: BrowserLog) -> None:
    clinician.page.route("**/explain", lambda route: route.fulfill(status=401))
    clinician.predict(scan("benign"))
    expect(clinician.page.get_by_label("Key", exact=True)).to_be_visible()
    browser_log.expect_error("status of 401", clinician.page)
    expect_accessible(clinician.page)


def test_network_errors_are_accessible(clinician: ClinicianPage, browser_log: BrowserLog) -> None:
    for path in ("**/explain", BATCH_REQUESTS):
        clinician.page.route(path, lambda route: route.abort())
    clinician.predict(scan("benign"))
    clinician.choose_csv(csv(3))
    expect(clinician.error).not_to_be_empty()
    expect(clinician.button("Continue")).to_be_visible()
    browser_log.expect_error("net::ERR_FAILED", clinician.page)
    expect_accessible(clinician.page)


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
