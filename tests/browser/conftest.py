"""A real browser for tests: Debian's Chromium, driven by Playwright, kept off the network.

Its tests run one after the other in a greenlet of Playwright's event loop, so an asynchronous
test, or one that calls the Lambda handler, doesn't belong in this folder.
"""

import os
import re
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from deployment.emulator import emulator
from tests.browser.relay import relayed
from tests.conftest import running

HOST = "127.0.0.1"
# Whatever a page asks for, and whatever Chromium does unasked, goes no further than this machine.
CONFINED = ["--no-proxy-server", f"--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE {HOST}"]
# In milliseconds: far longer than anything takes, except on a machine that is busy.
PATIENCE = 60_000
expect.set_options(timeout=PATIENCE)
INSTALL = "Chromium isn't installed: apt-get install --no-install-recommends chromium"


@dataclass
class Visit:
    """What a browser did and said during one test."""

    requests: list[str] = field(default_factory=list)
    """The address of each request, also of one that a policy then blocked."""
    messages: list[str] = field(default_factory=list)
    """Whatever else the console was told, such as warnings."""
    errors: list[str] = field(default_factory=list)
    """Errors told to the console, which violations of a policy are, and uncaught exceptions."""

    def watch(self, context: BrowserContext) -> None:
        """Write down what the pages of ``context`` do from now on."""
        context.on("request", lambda request: self.requests.append(request.url))
        context.on(
            "console",
            lambda told: (self.errors if told.type == "error" else self.messages).append(told.text),
        )
        context.on("weberror", lambda raised: self.errors.append(str(raised.error)))

    @property
    def elsewhere(self) -> list[str]:
        """The requests to another host. Those for data: and blob: addresses are to none."""
        return [url for url in self.requests if urlsplit(url).hostname not in (HOST, None)]

    def expect_error(self, pattern: str, page: Page, seconds: float = 10) -> None:
        """Take out the errors that match ``pattern``, of which there must be some by then."""
        end = time.monotonic() + seconds
        while not (expected := [error for error in self.errors if re.search(pattern, error)]):
            assert time.monotonic() < end, f"no error matches {pattern!r}: {self.errors}"
            page.wait_for_timeout(50)
        self.errors = [error for error in self.errors if error not in expected]


@contextmanager
def launched() -> Iterator[Browser]:
    """Run a headless Chromium until the block ends.

    Raises:
        FileNotFoundError: There is none.
    """
    chromium = shutil.which("chromium")
    if chromium is None:
        raise FileNotFoundError(INSTALL)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium,
            args=CONFINED,
            # Its sandbox needs a user other than root.
            chromium_sandbox=os.geteuid() != 0,
        )
        yield browser
        browser.close()


# For the package, not the session: until Playwright stops, its event loop counts as running,
# and no test of another folder could run one.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """A headless Chromium, for all tests in this folder."""
    if shutil.which("chromium") is None:
        (pytest.fail if os.environ.get("REQUIRE_BROWSER") else pytest.skip)(INSTALL)
    with launched() as running_browser:
        yield running_browser


@pytest.fixture
def visit() -> Visit:
    """What `page` does and says."""
    return Visit()


@pytest.fixture
def page(browser: Browser, visit: Visit) -> Iterator[Page]:
    """An empty page of a browser that remembers nothing.

    The test fails if the page asks another host for anything, or if there is an error on its
    console that `Visit.expect_error` has not taken out.
    """
    with browser.new_context() as context:
        context.set_default_timeout(PATIENCE)
        visit.watch(context)
        yield context.new_page()
    assert visit.elsewhere == []
    assert visit.errors == []


@contextmanager
def on_uvicorn(
    _log: Path | None = None, variables: Mapping[str, str] | None = None
) -> Iterator[str]:
    """Serve as a laptop does; yield the address."""
    with running([sys.executable, "-m", "app"], {"PORT": "0", **(variables or {})}) as address:
        yield address


@contextmanager
def on_lambda(log: Path, variables: Mapping[str, str] | None = None) -> Iterator[str]:
    """Serve as AWS's emulator does behind a Function URL, and log to a file; yield the address."""
    with (
        log.open("w") as output,
        emulator(environment=variables, output=output) as invocations,
        relayed(invocations) as address,
    ):
        yield address


SITES: dict[str, Callable[..., AbstractContextManager[str]]] = {
    "uvicorn": on_uvicorn,
    "lambda": on_lambda,
}
"""Where the same page is served, by name."""


@pytest.fixture(scope="package", params=SITES)
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the service on uvicorn, then that on Lambda."""
    request.getfixturevalue("browser")  # Without one, nothing is started.
    with SITES[request.param](tmp_path_factory.mktemp("site") / "log") as address:
        yield address


@pytest.fixture(scope="package")
def mounted() -> Iterator[str]:
    """The address of the service below another path."""
    application = "tests.browser.served:mounted"
    uvicorn = [sys.executable, "-m", "uvicorn", application, "--port", "0", "--no-access-log"]
    with running(uvicorn) as url:
        yield f"{url}/clinic"
