"""Invalid input is explained beside its field before anything is sent."""

import re

from playwright.sync_api import expect

from tests.browser.conftest import BrowserLog
from tests.browser.page_objects import ClinicianPage
from tests.browser.samples import EXAMPLES, LABELS, scan

NOT_A_NUMBER = "This must be a number, such as 24.86 or 24,86."
THOUSANDS = "Leave out thousands separators, as in 1866.5."
MISSING = "This measurement is missing."
NEGATIVE = "This can\u2019t be below 0."
MESSAGES = {
    " ": "",  # Leaving a field empty is no error until *Predict*.
    **dict.fromkeys(["benign", "12 mm", "1/2", "1e", "0x10", "NaN", "Infinity"], NOT_A_NUMBER),
    **dict.fromkeys(["\u0663", ".", "\u22123"], NOT_A_NUMBER),
    "-0.1": NEGATIVE,
    "1e999": "This number is too large.",
    **dict.fromkeys(
        ["1.866,5", "1,866.5", "1 866", "1\u00a0866", "1\u2019866", "1_866"], THOUSANDS
    ),
    **dict.fromkeys(["1,866", "1.866"], "This may mean 1866 or 1.866. Write 1866, or 1.8660."),
}


def test_explains_invalid_text(clinician: ClinicianPage) -> None:
    feature = "worstArea"
    field, note = clinician.field(feature), clinician.note(feature)
    for text, message in MESSAGES.items():
        field.fill(text)
        field.blur()
        expect(note).to_have_text(message)
        if message:
            expect(field).to_have_attribute("aria-invalid", "true")
            expect(field).to_have_accessible_description(re.compile(f"^{re.escape(message)}"))
        field.fill(str(EXAMPLES["benign"][feature]))
        expect(note).to_have_text("")
        expect(field).not_to_have_attribute("aria-invalid", re.compile(""))


def test_focuses_the_first_error_and_sends_nothing(
    clinician: ClinicianPage, browser_log: BrowserLog
) -> None:
    clinician.predict({**scan("benign"), "worstTexture": "x", "worstArea": ""})
    expect(clinician.field("worstTexture")).to_be_focused()
    expect(clinician.note("worstTexture")).to_have_text(NOT_A_NUMBER)
    expect(clinician.note("worstArea")).to_have_text(MISSING)
    expect(clinician.decision).to_be_hidden()
    assert not [url for url in browser_log.requests if "explain" in url]


def test_empty_form_has_an_error_in_each_field(clinician: ClinicianPage) -> None:
    clinician.page.keyboard.press("Enter")
    for feature in LABELS:
        expect(clinician.note(feature)).to_have_text(MISSING)
        expect(clinician.field(feature)).to_have_attribute("aria-invalid", "true")
    expect(clinician.field(next(iter(LABELS)))).to_be_focused()


def test_values_outside_the_training_data_are_warned_about_and_sent(
    clinician: ClinicianPage,
) -> None:
    clinician.predict({**scan("benign"), "worstTexture": "96,5"})
    message = "Outside the training data. Check the value and its unit."
    expect(clinician.note("worstTexture")).to_have_text(message)
    expect(clinician.field("worstTexture")).not_to_have_attribute("aria-invalid", re.compile(""))
    expect(clinician.warnings.first).to_contain_text("worst texture")
