"""The page asks for an API key when the service needs one, and keeps it in memory only."""

import re

from playwright.sync_api import Page, expect

from tests.browser.axe import expect_accessible
from tests.browser.conftest import BrowserLog
from tests.browser.page_objects import ClinicianPage
from tests.browser.samples import API_KEY, csv, new_key, scan


def enter_key(page: Page, key: str) -> None:
    """Enter a key by keyboard."""
    field = page.get_by_label("Key", exact=True)
    expect(field).to_be_focused()
    expect(field).to_have_attribute("type", "password")
    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.press("Delete")
    page.keyboard.type(key)
    page.keyboard.press("Enter")


def test_asks_until_the_key_is_valid(
    secured_address: str, page: Page, browser_log: BrowserLog
) -> None:
    clinician = ClinicianPage(page, secured_address)
    clinician.predict(scan("refer"))
    expect(clinician.alert("This service needs a key.")).to_be_visible()
    expect_accessible(page)
    for key, message in {
        "": "Type or paste the key.",
        "schl\u00fcssel": "A key has only ASCII letters, digits and punctuation.",
        new_key(): "This key is not valid.",
    }.items():
        enter_key(page, key)
        expect(clinician.alert(message)).to_be_visible()
    enter_key(page, API_KEY)
    expect(clinician.decision).to_have_text("Refer to a person")
    expect(page.get_by_role("alert").filter(has_text=re.compile("key"))).to_be_hidden()
    assert clinician.values() == scan("refer")
    clinician.predict(scan("benign"))  # It asks once.
    expect(clinician.decision).to_have_text("Benign")
    browser_log.expect_error("status of 401", page)


def test_csv_continues_with_a_key_and_reloading_forgets_it(
    secured_address: str, page: Page, browser_log: BrowserLog
) -> None:
    clinician = ClinicianPage(page, secured_address)
    clinician.choose_csv(csv(3))
    enter_key(page, API_KEY)
    clinician.expect_scored(3)
    expect(clinician.rows).to_have_count(3)
    stored = page.evaluate("JSON.stringify([{ ...localStorage }, { ...sessionStorage }, name])")
    urls = "".join(browser_log.requests)
    assert API_KEY not in stored + page.content() + str(page.context.cookies()) + urls
    assert page.get_by_label("Key", exact=True).input_value() == ""
    clinician.open(secured_address)
    clinician.predict(scan("benign"))
    expect(page.get_by_label("Key", exact=True)).to_be_focused()
    browser_log.expect_error("status of 401", page)
