"""Content-Security-Policy, third-party requests and privacy of the page."""

from urllib.parse import urlsplit

from playwright.sync_api import Page, Request, expect

from app.web.pages import PAGE_POLICY
from tests.browser.conftest import BrowserLog
from tests.browser.page_objects import ClinicianPage
from tests.browser.samples import LABELS, csv, scan

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


def test_policy_is_strict_and_enforced(
    site_clinician: ClinicianPage, browser_log: BrowserLog
) -> None:
    page = site_clinician.page
    assert site_clinician.response.headers["content-security-policy"] == PAGE_POLICY
    site_clinician.predict(scan("refer"))
    expect(site_clinician.decision).to_be_visible()
    site_clinician.choose_csv(csv(3))
    site_clinician.expect_scored(3)
    site_clinician.download()
    assert (browser_log.errors, browser_log.messages) == ([], [])
    page.evaluate("document.body.append(document.createElement('script'))")
    page.evaluate("document.scripts[document.scripts.length - 1].text = 'window.ran = 1'")
    browser_log.expect_error("inline script violates", page)
    assert page.evaluate("window.ran") is None


def test_works_below_a_path_prefix(
    prefixed_address: str, page: Page, browser_log: BrowserLog
) -> None:
    clinician = ClinicianPage(page, prefixed_address)
    clinician.fill_example("benign")
    clinician.button("Predict").click()
    expect(clinician.decision).to_have_text("Benign")
    clinician.choose_csv(csv(3))
    clinician.expect_scored(3)
    for name in ("Model card", "Model as JSON", "API"):
        link = page.get_by_role("navigation").get_by_role("link", name=name, exact=True)
        assert str(link.evaluate("link => link.href")).startswith(f"{prefixed_address}/")
    prefixes = (f"{prefixed_address}/", "blob:")
    assert all(url.startswith(prefixes) for url in browser_log.requests)


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


def test_measurements_are_gone_after_leaving_the_page(address: str, page: Page) -> None:
    clinician = ClinicianPage(page, address)
    clinician.predict(SECRET)
    expect(clinician.decision).to_be_visible()
    clinician.open(address)
    assert DIGITS not in page.content() + str(clinician.texts())
    clinician.fill(SECRET)
    page.get_by_role("link", name="API").click()
    page.locator(".opblock").first.wait_for()
    page.go_back()
    clinician.button("Predict").wait_for()
    assert DIGITS not in page.content() + str(clinician.texts())
