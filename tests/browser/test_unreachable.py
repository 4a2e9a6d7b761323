"""The service stops while the page is open: it says so, loses nothing, and goes on."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from deployment.emulator import INVOCATIONS, emulator
from tests.browser.clinician import BATCHES, ClinicianPage, scan
from tests.browser.conftest import Visit, on_uvicorn
from tests.browser.relay import relayed
from tests.browser.sheets import csv, scored

GONE = "The service can\u2019t be reached. Nothing you typed is lost."
REFUSED_CONNECTION = "net::ERR_CONNECTION_REFUSED"


class Service:
    """The service on a port of its own, which can be stopped and started again."""

    def __init__(self, port: int) -> None:
        self.address = f"http://127.0.0.1:{port}"
        self._variables = {"PORT": str(port)}
        self._running = ExitStack()

    def start(self) -> None:
        self._running.enter_context(on_uvicorn(variables=self._variables))

    def stop(self) -> None:
        self._running.close()


@pytest.fixture
def service(port: int) -> Iterator[Service]:
    started = Service(port)
    started.start()
    yield started
    started.stop()


def test_nothing_typed_is_lost_and_it_goes_on(service: Service, page: Page, visit: Visit) -> None:
    clinician = ClinicianPage(page, service.address)
    service.stop()
    clinician.predict(scan("refer"))
    expect(page.get_by_role("alert").filter(has_text=GONE)).to_be_visible()
    assert [float(text) for text in clinician.typed().values()] == [*scan("refer").values()]
    visit.expect_error(REFUSED_CONNECTION, page)
    service.start()
    clinician.button("Try again").click()
    expect(clinician.result).to_have_text("Refer to a person")
    expect(clinician.failure).to_be_empty()


def test_an_earlier_answer_stays_but_is_marked(service: Service, page: Page, visit: Visit) -> None:
    clinician = ClinicianPage(page, service.address)
    clinician.predict(scan("benign"))
    expect(clinician.result).to_have_text("Benign")
    service.stop()
    clinician.predict(scan("malignant"))
    expect(clinician.failure).to_contain_text(GONE)
    expect(page.get_by_text("This is the answer to the earlier ones.")).to_be_visible()
    visit.expect_error(REFUSED_CONNECTION, page)


def test_a_csv_keeps_what_is_scored_and_goes_on(
    service: Service, page: Page, visit: Visit, tmp_path: Path
) -> None:
    file = tmp_path / "scans.csv"
    file.write_bytes(csv(1200).encode())
    clinician = ClinicianPage(page, service.address)
    held = clinician.hold(1)
    clinician.choose(file)
    expect(clinician.state).to_have_text("500 of 1,198 rows scored")
    service.stop()
    for _ in range(600):
        if not held:
            page.wait_for_timeout(50)
    [piece] = held
    piece.continue_()
    expect(page.get_by_role("alert").filter(has_text=GONE)).to_be_visible()
    expect(clinician.state).to_contain_text("stopped, with 698 rows left.")
    visit.expect_error(REFUSED_CONNECTION, page)
    service.start()
    clinician.let_go()
    clinician.button("Continue").click()
    clinician.expect_done(1200)
    assert clinician.download() == scored(file)


def test_a_busy_service_is_asked_again(address: str, page: Page, visit: Visit) -> None:
    """As Lambda or a proxy answers, which say nothing else than the status."""
    clinician = ClinicianPage(page, address)
    page.route(BATCHES, lambda route: route.fulfill(status=503), times=1)
    clinician.choose(csv(3))
    clinician.expect_done(3)
    expect(clinician.state).to_contain_text("0 without an answer.")
    visit.expect_error("status of 503", page)


def test_a_piece_that_is_too_large_is_sent_in_smaller_ones(
    page: Page, visit: Visit, tmp_path: Path
) -> None:
    file = tmp_path / "scans.csv"
    file.write_bytes(csv(600).encode())
    with on_uvicorn(variables={"BODY_LIMIT": "20000"}) as address:
        clinician = ClinicianPage(page, address)
        clinician.choose(file)
        clinician.expect_done(600)
        assert clinician.download() == scored(file)
    visit.expect_error("status of 413", page)


def test_a_function_that_fails_is_said_to_and_goes_on(
    port: int, page: Page, visit: Visit, tmp_path: Path
) -> None:
    with (
        (tmp_path / "log").open("w") as log,
        relayed(f"http://127.0.0.1:{port}{INVOCATIONS}") as address,
    ):
        with emulator(port, output=log):
            clinician = ClinicianPage(page, address)
        clinician.predict(scan("benign"))
        said = page.get_by_role("alert").filter(has_text="The service refused, with the status 502")
        expect(said).to_be_visible()
        visit.expect_error("status of 502", page)
        with emulator(port, output=log):
            clinician.button("Try again").click()
            expect(clinician.result).to_have_text("Benign")


def test_a_page_that_cannot_ask_for_the_model_says_so(
    address: str, page: Page, visit: Visit
) -> None:
    page.route("**/model", lambda route: route.abort())
    page.goto(f"{address}/")
    expect(page.get_by_role("alert").filter(has_text=GONE)).to_be_visible()
    visit.expect_error("net::ERR_FAILED", page)
    page.unroute("**/model")
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("button", name="Predict")).to_be_visible()
