"""Measurements are sent in request bodies only, and nothing is stored."""

from urllib.parse import urlsplit

from playwright.sync_api import Page, Request, expect

from tests.browser.conftest import BrowserLog
from tests.browser.page_objects import ClinicianPage
from tests.browser.samples import LABELS

# Valid values with digits that occur nowhere else.
DIGITS = "73851"
SECRET = dict(zip(LABELS, (0.073851, 17.73851, 23.73851, 900.73851, 0.173851), strict=True))
CSV = f"patient,{','.join(SECRET)}\nA,{','.join(map(str, SECRET.values()))}\n"

STORED = """async () => JSON.stringify({
  address: location.href,
  title: document.title,
  name: window.name,
  history: [history.length, history.state],
  storage: [{ ...localStorage }, { ...sessionStorage }, document.cookie],
  databases: await indexedDB.databases(),
  caches: await caches.keys(),
  workers: (await navigator.serviceWorker.getRegistrations()).length,
})"""


def test_measurements_are_only_in_request_bodies(
    site_clinician: ClinicianPage, browser_log: BrowserLog
) -> None:
    page = site_clinician.page
    sent: list[Request] = []

    def record(request: Request) -> None:
        sent.append(request)

    page.on("request", record)
    stored_before = page.evaluate(STORED)
    site_clinician.predict(SECRET)
    expect(site_clinician.decision).to_be_visible()
    site_clinician.choose_csv(CSV, f"{DIGITS}.csv")
    site_clinician.expect_scored(1)
    site_clinician.download()
    assert DIGITS in page.content()
    assert page.evaluate(STORED) == stored_before
    assert page.context.cookies() == []
    with_digits = [request for request in sent if DIGITS in (request.post_data or "")]
    paths = [urlsplit(request.url).path for request in with_digits]
    assert paths == ["/explain", "/explain/batch"]
    assert DIGITS not in "".join(request.url + str(request.all_headers()) for request in sent)
    assert DIGITS not in "".join([*browser_log.messages, *browser_log.errors])


def test_measurements_are_gone_after_leaving_the_page(site: str, page: Page) -> None:
    clinician = ClinicianPage(page, site)
    clinician.predict(SECRET)
    expect(clinician.decision).to_be_visible()
    clinician.open(site)
    assert DIGITS not in page.content() + str(clinician.texts())
    clinician.fill(SECRET)
    page.get_by_role("link", name="API").click()
    page.locator(".opblock").first.wait_for()
    page.go_back()
    clinician.button("Predict").wait_for()
    assert DIGITS not in page.content() + str(clinician.texts())
