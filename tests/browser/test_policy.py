"""Where the page's files come from: this service, at any path, and nobody else."""

from playwright.sync_api import Page, expect

from app.page import MEDIA_TYPES, POLICY
from tests.browser.clinician import ClinicianPage, scan
from tests.browser.conftest import Visit
from tests.browser.sheets import csv


def test_it_comes_with_a_strict_policy_and_keeps_to_it(site: str, page: Page, visit: Visit) -> None:
    clinician = ClinicianPage(page, site)
    assert clinician.response.headers["content-security-policy"] == POLICY
    assert "unsafe" not in POLICY
    clinician.predict(scan("refer"))
    expect(clinician.result).to_be_visible()
    clinician.choose(csv(3))
    clinician.expect_done(3)
    clinician.download()
    assert (visit.errors, visit.messages) == ([], [])
    # And it is in force: an inline script is not run.
    page.evaluate("document.body.append(document.createElement('script'))")
    page.evaluate("document.scripts[document.scripts.length - 1].text = 'window.ran = 1'")
    visit.expect_error("inline script violates", page)
    assert page.evaluate("window.ran") is None


def test_it_loads_its_own_files_alone(site: str, page: Page, visit: Visit) -> None:
    ClinicianPage(page, site)
    files = {f"{site}/static/{name}" for name in MEDIA_TYPES}
    # Chromium without a window asks for no icon.
    assert set(visit.requests) | {f"{site}/static/icon.svg"} == {
        f"{site}/",
        f"{site}/model",
        *files,
    }


def test_it_works_below_another_path(mounted: str, page: Page, visit: Visit) -> None:
    clinician = ClinicianPage(page, mounted)
    clinician.try_example("benign")
    clinician.button("Predict").click()
    expect(clinician.result).to_have_text("Benign")
    clinician.choose(csv(3))
    clinician.expect_done(3)
    for name in ("Model card", "Model as JSON", "API"):
        link = page.get_by_role("navigation").get_by_role("link", name=name, exact=True)
        assert str(link.evaluate("link => link.href")).startswith(f"{mounted}/")
    assert all(request.startswith((f"{mounted}/", "blob:")) for request in visit.requests)
