"""What is no measurement is said to be none at its field, in words, before anything is sent."""

import re

import pytest
from playwright.sync_api import Page, expect

from app.observation import EXAMPLES, FEATURE_NAMES
from tests.browser.clinician import ClinicianPage, scan
from tests.browser.conftest import Visit

NUMBER = "This has to be a number, such as 24.86 or 24,86."
GROUPED = "Leave out what separates thousands, as in 1866.5."
BAD = {
    " ": "",  # Nothing is typed, and nobody is blamed for passing through.
    "benign": NUMBER,
    "12 mm": NUMBER,
    "1/2": NUMBER,
    "1e": NUMBER,
    "0x10": NUMBER,
    "NaN": NUMBER,
    "Infinity": NUMBER,
    "٣": NUMBER,
    ".": NUMBER,
    "-0.1": "This can\u2019t be below 0.",
    "\u22123": NUMBER,
    "1e999": "This number is too large.",
    "1.866,5": GROUPED,
    "1,866.5": GROUPED,
    "1 866": GROUPED,
    "1\u00a0866": GROUPED,
    "1\u2019866": GROUPED,
    "1_866": GROUPED,
}


@pytest.mark.parametrize("feature", FEATURE_NAMES)
def test_each_kind_of_bad_input_in_each_field(address: str, page: Page, feature: str) -> None:
    clinician = ClinicianPage(page, address)
    field, note = clinician.field(feature), clinician.note(feature)
    for text, words in BAD.items():
        field.fill(text)
        field.blur()
        expect(note).to_have_text(words)
        if words:
            expect(field).to_have_attribute("aria-invalid", "true")
            expect(field).to_have_accessible_description(re.compile(f"^{re.escape(words)}"))
        field.fill(str(EXAMPLES["benign"][feature]))
        expect(note).to_have_text("")
        expect(field).not_to_have_attribute("aria-invalid", re.compile(""))


def test_a_bad_field_is_entered_and_nothing_is_sent(address: str, page: Page, visit: Visit) -> None:
    clinician = ClinicianPage(page, address)
    clinician.predict({**scan("benign"), "worstTexture": "x", "worstArea": ""})
    expect(clinician.field("worstTexture")).to_be_focused()
    expect(clinician.note("worstTexture")).to_have_text(NUMBER)
    expect(clinician.note("worstArea")).to_have_text("This measurement is missing.")
    expect(clinician.result).to_be_hidden()
    assert not [url for url in visit.requests if "explain" in url]


def test_nothing_at_all_is_said_to_be_missing_five_times(address: str, page: Page) -> None:
    clinician = ClinicianPage(page, address)
    page.keyboard.press("Enter")
    for feature in FEATURE_NAMES:
        expect(clinician.note(feature)).to_have_text("This measurement is missing.")
        expect(clinician.field(feature)).to_have_attribute("aria-invalid", "true")
    expect(clinician.field(FEATURE_NAMES[0])).to_be_focused()


@pytest.mark.parametrize("text", ["1,866", "1.866"])
def test_what_may_be_a_thousand_is_asked_about(address: str, page: Page, text: str) -> None:
    clinician = ClinicianPage(page, address)
    clinician.type({"worstArea": text})
    page.keyboard.press("Tab")
    words = "This may mean 1866 or 1.866. Write 1866, or 1.8660."
    expect(clinician.note("worstArea")).to_have_text(words)
    expect(clinician.field("worstArea")).to_have_attribute("aria-invalid", "true")


def test_what_is_unusual_is_said_to_be_and_sent(address: str, page: Page) -> None:
    clinician = ClinicianPage(page, address)
    clinician.predict({**scan("benign"), "worstTexture": "96,5"})
    note = clinician.note("worstTexture")
    expect(note).to_have_text("Unusual: beyond all training data. Check it, and its unit.")
    expect(clinician.field("worstTexture")).not_to_have_attribute("aria-invalid", re.compile(""))
    expect(clinician.warnings.first).to_contain_text("worst texture")
