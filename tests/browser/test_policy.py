"""The page keeps to its Content-Security-Policy and makes no third-party requests."""

from playwright.sync_api import Page, expect

from app.web.pages import PAGE_POLICY
from tests.app.web.test_pages import SOURCES
from tests.browser.conftest import BrowserLog
from tests.browser.page_objects import ClinicianPage
from tests.browser.samples import csv, scan


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


def test_loads_its_own_files_only(site: str, page: Page, browser_log: BrowserLog) -> None:
    ClinicianPage(page, site)
    files = {f"{site}/static/{name}" for name in SOURCES if name != "index.html"}
    icon = f"{site}/static/icon.svg"  # Headless Chromium loads no icon.
    assert {*browser_log.requests, icon} == {f"{site}/", f"{site}/model", *files}


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
