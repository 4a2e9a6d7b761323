"""The service stops while the page is open: input and results are kept, and retrying works."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from deployment.emulator import INVOCATIONS, emulator
from tests.browser.axe import expect_accessible
from tests.browser.conftest import BrowserLog
from tests.browser.function_url_server import serve_function_url
from tests.browser.page_objects import BATCH_REQUESTS, ClinicianPage
from tests.browser.samples import csv, csv_file, scan, scored
from tests.browser.servers import serve_uvicorn

UNREACHABLE = "The service can\u2019t be reached. Your input is kept."
CONNECTION_REFUSED = "net::ERR_CONNECTION_REFUSED"


class Service(ExitStack):
    """The service on a fixed port."""

    def __init__(self, port: int) -> None:
        super().__init__()
        self.port = port
        self.address = f"http://127.0.0.1:{port}"

    def start(self) -> None:
        self.enter_context(serve_uvicorn(port=self.port))


@pytest.fixture
def service(port: int) -> Iterator[Service]:
    with Service(port) as service:
        service.start()
        yield service


def test_input_is_kept_and_retrying_works(
    service: Service, page: Page, browser_log: BrowserLog
) -> None:
    clinician = ClinicianPage(page, service.address)
    clinician.predict(scan("benign"))
    expect(clinician.decision).to_have_text("Benign")
    service.close()
    clinician.predict(scan("refer"))
    expect(clinician.alert(UNREACHABLE)).to_be_visible()
    expect(page.get_by_text("This result is for the earlier ones.")).to_be_visible()
    assert clinician.values() == scan("refer")
    expect_accessible(page)
    browser_log.expect_error(CONNECTION_REFUSED, page)
    service.start()
    clinician.button("Try again").click()
    expect(clinician.decision).to_have_text("Refer to a person")
    expect(clinician.error).to_be_empty()


def test_scored_rows_are_kept_and_scoring_continues(
    service: Service, page: Page, browser_log: BrowserLog, tmp_path: Path
) -> None:
    file = csv_file(tmp_path, 1200)
    clinician = ClinicianPage(page, service.address)
    held = clinician.pause_batches(after=1)
    clinician.choose_csv(file)
    expect(clinician.status).to_have_text("500 of 1,198 rows scored")
    service.close()
    for _ in range(600):
        if not held:
            page.wait_for_timeout(50)
    [request] = held
    request.continue_()
    expect(clinician.alert(UNREACHABLE)).to_be_visible()
    expect(clinician.status).to_contain_text("stopped, with 698 rows left.")
    expect_accessible(page)
    browser_log.expect_error(CONNECTION_REFUSED, page)
    service.start()
    clinician.resume_batches()
    clinician.button("Continue").click()
    clinician.expect_scored(1200)
    assert clinician.download() == scored(file)


def test_retries_when_the_service_is_busy(
    clinician: ClinicianPage, page: Page, browser_log: BrowserLog
) -> None:
    page.route(BATCH_REQUESTS, lambda route: route.fulfill(status=503), times=1)
    clinician.choose_csv(csv(3))
    clinician.expect_scored(3)
    expect(clinician.status).to_contain_text("0 rejected.")
    browser_log.expect_error("status of 503", page)


def test_sends_smaller_chunks_when_a_body_is_too_large(
    page: Page, browser_log: BrowserLog, tmp_path: Path
) -> None:
    file = csv_file(tmp_path, 600)
    with serve_uvicorn({"BODY_LIMIT": "20000"}) as address:
        clinician = ClinicianPage(page, address)
        clinician.choose_csv(file)
        clinician.expect_scored(600)
        assert clinician.download() == scored(file)
    browser_log.expect_error("status of 413", page)


def test_retrying_works_after_a_function_fails(
    port: int, page: Page, browser_log: BrowserLog, tmp_path: Path
) -> None:
    invocations = f"http://127.0.0.1:{port}{INVOCATIONS}"
    with (tmp_path / "log").open("w") as log, serve_function_url(invocations) as address:
        with emulator(port, output=log):
            clinician = ClinicianPage(page, address)
        clinician.predict(scan("benign"))
        message = "The service rejected the request with status 502."
        expect(clinician.alert(message)).to_be_visible()
        browser_log.expect_error("status of 502", page)
        with emulator(port, output=log):
            clinician.button("Try again").click()
            expect(clinician.decision).to_have_text("Benign")


def test_page_retries_to_load_the_model(address: str, page: Page, browser_log: BrowserLog) -> None:
    page.route("**/model", lambda route: route.abort())
    page.goto(f"{address}/")
    expect(page.get_by_role("alert").filter(has_text=UNREACHABLE)).to_be_visible()
    browser_log.expect_error("net::ERR_FAILED", page)
    page.unroute("**/model")
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("button", name="Predict")).to_be_visible()
