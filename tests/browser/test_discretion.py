"""Measurements go to the service in the body of a request, and nowhere else."""

import re
from urllib.parse import urlsplit

from playwright.sync_api import Page, Request, expect

from tests.browser.clinician import LABELS, ClinicianPage
from tests.browser.conftest import Visit

# Each within its range, and with digits that nothing else has.
SECRET = dict(zip(LABELS, (0.073851, 17.73851, 23.73851, 900.73851, 0.173851), strict=True))
TRACE = "73851"
CSV = f"patient,{','.join(SECRET)}\nA,{','.join(map(str, SECRET.values()))}\n"

KEPT = """async () => JSON.stringify({
  address: location.href,
  title: document.title,
  name: window.name,
  history: [history.length, history.state],
  storage: [{ ...localStorage }, { ...sessionStorage }, document.cookie],
  databases: await indexedDB.databases(),
  caches: await caches.keys(),
  workers: (await navigator.serviceWorker.getRegistrations()).length,
})"""


def test_nothing_typed_or_dropped_is_kept_or_told(site: str, page: Page, visit: Visit) -> None:
    sent: list[Request] = []

    def note(request: Request) -> None:
        sent.append(request)

    page.on("request", note)
    clinician = ClinicianPage(page, site)
    before = page.evaluate(KEPT)
    clinician.predict(SECRET)
    expect(clinician.result).to_be_visible()
    clinician.choose(CSV, f"{TRACE}.csv")
    clinician.expect_done(1)
    clinician.download()
    assert TRACE in page.content()  # Else this would prove nothing.
    assert page.evaluate(KEPT) == before
    assert page.context.cookies() == []
    told = [request for request in sent if TRACE in (request.post_data or "")]
    paths = [urlsplit(request.url).path for request in told]
    assert paths == ["/explain", "/explain/batch"]
    assert TRACE not in "".join(request.url + str(request.all_headers()) for request in sent)
    assert not re.search(TRACE, "".join([*visit.messages, *visit.errors]))


def test_nothing_typed_comes_back_with_the_page(site: str, page: Page) -> None:
    clinician = ClinicianPage(page, site)
    clinician.predict(SECRET)
    expect(clinician.result).to_be_visible()
    clinician.open(site)
    assert TRACE not in page.content() + str(clinician.typed())
    clinician.type(SECRET)
    page.get_by_role("link", name="API").click()
    page.locator(".opblock").first.wait_for()
    page.go_back()
    clinician.button("Predict").wait_for()
    assert TRACE not in page.content() + str(clinician.typed())
