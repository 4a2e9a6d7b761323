"""What the page fixture is to notice, it notices."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Error, Page

from tests.browser.conftest import INSTALL, Visit
from tests.conftest import ROOT


def test_an_inline_script_is_blocked_and_seen(address: str, page: Page, visit: Visit) -> None:
    page.goto(f"{address}/openapi.json")
    page.evaluate(
        "document.body.append(Object.assign(document.createElement('script'), {text: 0}))"
    )
    visit.expect_error("inline script violates", page)


def test_an_inline_style_is_blocked_and_seen(address: str, page: Page, visit: Visit) -> None:
    page.goto(f"{address}/openapi.json")
    page.evaluate("document.body.setAttribute('style', 'color: red')")
    visit.expect_error("inline style violates", page)


def test_a_request_to_another_host_is_blocked_and_seen(
    address: str, page: Page, visit: Visit
) -> None:
    page.goto(f"{address}/openapi.json")
    page.evaluate("new Image().src = 'http://192.0.2.1/tracker.png'")
    visit.expect_error("Loading the image .* violates", page)
    assert visit.elsewhere == ["http://192.0.2.1/tracker.png"]
    visit.requests.clear()


@pytest.mark.parametrize("host", ["classifier.example", "192.0.2.1"])
def test_nothing_leads_off_this_machine(page: Page, visit: Visit, host: str) -> None:
    with pytest.raises(Error, match="ERR_NAME_NOT_RESOLVED"):
        page.goto(f"http://{host}/")
    assert visit.elsewhere == [f"http://{host}/"]
    visit.requests.clear()
    visit.errors.clear()


def test_an_error_and_an_exception_are_seen(page: Page, visit: Visit) -> None:
    page.evaluate("console.error('told'); console.warn('warned'); console.log('logged')")
    page.evaluate("setTimeout(() => { throw new Error('thrown') })")
    visit.expect_error("told", page)
    visit.expect_error("thrown", page)
    assert (visit.errors, visit.messages) == ([], ["warned", "logged"])
    with pytest.raises(AssertionError, match="no error matches"):
        visit.expect_error("told", page, seconds=0)


@pytest.mark.parametrize(
    ("required", "outcome", "status"), [("", "1 skipped", 0), ("1", "1 error", 1)]
)
def test_without_a_browser_its_tests_are_skipped_or_in_ci_fail(
    required: str, outcome: str, status: int
) -> None:
    test = f"{Path(__file__).relative_to(ROOT)}::{test_an_error_and_an_exception_are_seen.__name__}"
    run = subprocess.run(
        [sys.executable, "-m", "pytest", test],
        cwd=ROOT,
        env={**os.environ, "PATH": "", "REQUIRE_BROWSER": required},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == status, run.stdout
    assert outcome in run.stdout
    assert INSTALL in run.stdout
