"""Fixtures: a headless Chromium without network access, and the servers it opens.

Playwright runs an event loop while the browser is open, so asynchronous tests don't belong here.
"""

import os
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.browser.page_objects import ClinicianPage
from tests.browser.samples import API_KEY_SETTINGS
from tests.browser.servers import serve_lambda, serve_uvicorn

HOST = "127.0.0.1"
OFFLINE = ["--no-proxy-server", f"--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE {HOST}"]
TIMEOUT = 60_000  # Milliseconds: long, as the machine may be busy.
expect.set_options(timeout=TIMEOUT)
INSTALL = "Chromium isn't installed: apt-get install --no-install-recommends chromium"


@dataclass
class BrowserLog:
    """Requests and console messages of one test's pages."""

    requests: list[str] = field(default_factory=list)
    """URLs, including those that a policy blocked."""
    messages: list[str] = field(default_factory=list)
    """Console messages except errors."""
    errors: list[str] = field(default_factory=list)
    """Console errors, such as policy violations, and uncaught exceptions."""

    def record(self, context: BrowserContext) -> None:
        """Record the pages of ``context``."""
        context.on("request", lambda request: self.requests.append(request.url))
        context.on(
            "console",
            lambda m: (self.errors if m.type == "error" else self.messages).append(m.text),
        )
        context.on("weberror", lambda error: self.errors.append(str(error.error)))

    @property
    def external_requests(self) -> list[str]:
        """URLs on other hosts; data: and blob: URLs have no host."""
        return [url for url in self.requests if urlsplit(url).hostname not in (HOST, None)]

    def expect_error(self, pattern: str, page: Page, seconds: float = 10) -> None:
        """Wait for errors that match ``pattern`` and remove them."""
        deadline = time.monotonic() + seconds
        while not (expected := [error for error in self.errors if re.search(pattern, error)]):
            assert time.monotonic() < deadline, f"no error matches {pattern!r}: {self.errors}"
            page.wait_for_timeout(50)
        self.errors = [error for error in self.errors if error not in expected]


def chromium() -> str:
    """Return the path of Chromium; if it isn't installed, skip the test.

    With ``REQUIRE_BROWSER`` set, the test fails instead.
    """
    if path := shutil.which("chromium"):
        return path
    if os.environ.get("REQUIRE_BROWSER"):
        pytest.fail(INSTALL)
    pytest.skip(INSTALL)


@contextmanager
def launch_chromium() -> Iterator[Browser]:
    """Run a headless Chromium until the block ends."""
    path = chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path,
            args=OFFLINE,
            chromium_sandbox=os.geteuid() != 0,  # The sandbox doesn't work as root.
        )
        try:
            yield browser
        finally:
            browser.close()


# Not for the session: while Playwright's event loop runs, other folders can't run theirs.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with launch_chromium() as launched:
        yield launched


@pytest.fixture(scope="package")
def folder(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for logs; requires the browser, so that no server starts without one."""
    assert browser
    return tmp_path_factory.mktemp("browser")


@pytest.fixture
def browser_log() -> BrowserLog:
    return BrowserLog()


@pytest.fixture
def page(browser: Browser, browser_log: BrowserLog) -> Iterator[Page]:
    """An empty page in a new browser context.

    The test fails if the page requests another host, or if the console has an error that
    `BrowserLog.expect_error` has not removed.
    """
    with browser.new_context() as context:
        context.set_default_timeout(TIMEOUT)
        browser_log.record(context)
        yield context.new_page()
    assert browser_log.external_requests == []
    assert browser_log.errors == []


@pytest.fixture(scope="package")
def lambda_address(folder: Path) -> Iterator[str]:
    """The address of the service on Lambda."""
    with serve_lambda(folder / "log") as address:
        yield address


@pytest.fixture(params=["address", "lambda_address"], ids=["uvicorn", "lambda"])
def site(request: pytest.FixtureRequest) -> str:
    """The address of the service on uvicorn, then on Lambda."""
    address: str = request.getfixturevalue(request.param)
    return address


@pytest.fixture(scope="package")
def secured_address(browser: Browser) -> Iterator[str]:
    """The address of the service with an API key."""
    assert browser
    with serve_uvicorn(API_KEY_SETTINGS) as address:
        yield address


@pytest.fixture(scope="module")
def prefixed_address() -> Iterator[str]:
    """The address of the service below a path prefix."""
    with serve_uvicorn(application="tests.browser.prefixed_app:prefixed") as address:
        yield f"{address}/clinic"


@pytest.fixture
def clinician(address: str, page: Page) -> ClinicianPage:
    """The clinician's page on uvicorn."""
    return ClinicianPage(page, address)


@pytest.fixture
def site_clinician(site: str, page: Page) -> ClinicianPage:
    """The clinician's page on uvicorn, then on Lambda."""
    return ClinicianPage(page, site)
