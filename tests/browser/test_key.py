"""A service that needs a key: the page asks for it, and keeps it in its memory alone."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from app.keys import digest, new_key
from tests.browser.clinician import ClinicianPage, scan
from tests.browser.conftest import SITES, Visit
from tests.browser.sheets import csv

KEY = new_key()


@pytest.fixture(scope="module", params=SITES)
def guarded(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    request.getfixturevalue("browser")
    variables = {"API_KEYS": digest(KEY.encode()).hex()}
    with SITES[request.param](tmp_path_factory.mktemp("guarded") / "log", variables) as address:
        yield address


def use(page: Page, key: str) -> None:
    """Give ``key`` to the page, which has asked for one, by keyboard."""
    field = page.get_by_label("Key", exact=True)
    expect(field).to_be_focused()
    expect(field).to_have_attribute("type", "password")
    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.press("Delete")
    page.keyboard.type(key)
    page.keyboard.press("Enter")


def test_a_wrong_key_is_said_to_be_wrong_and_a_right_one_goes_on(
    guarded: str, page: Page, visit: Visit
) -> None:
    clinician = ClinicianPage(page, guarded)
    clinician.predict(scan("refer"))
    said = page.get_by_role("alert")
    expect(said.filter(has_text="This service needs a key.")).to_be_visible()
    for key, words in {
        "": "Type or paste the key.",
        "schl\u00fcssel": "A key has only letters, digits and signs, without spaces.",
        new_key(): "The service doesn\u2019t know this key.",
    }.items():
        use(page, key)
        expect(said.filter(has_text=words)).to_be_visible()
    use(page, KEY)
    expect(clinician.result).to_have_text("Refer to a person")
    expect(said.filter(has_text=re.compile("key"))).to_be_hidden()
    assert [float(text) for text in clinician.typed().values()] == [*scan("refer").values()]
    clinician.predict(scan("benign"))  # It is asked for once.
    expect(clinician.result).to_have_text("Benign")
    visit.expect_error("status of 401", page)


def test_a_csv_goes_on_with_a_key_and_a_key_is_forgotten_with_the_page(
    guarded: str, page: Page, visit: Visit
) -> None:
    clinician = ClinicianPage(page, guarded)
    clinician.choose(csv(3))
    use(page, KEY)
    clinician.expect_done(3)
    expect(clinician.rows).to_have_count(3)
    kept = page.evaluate("JSON.stringify([{ ...localStorage }, { ...sessionStorage }, name])")
    assert KEY not in kept + page.content() + str(page.context.cookies()) + "".join(visit.requests)
    assert page.get_by_label("Key", exact=True).input_value() == ""
    clinician.open(guarded)
    clinician.predict(scan("benign"))
    expect(page.get_by_label("Key", exact=True)).to_be_focused()
    visit.expect_error("status of 401", page)
