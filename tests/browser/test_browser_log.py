"""The `page` fixture notices errors and external requests."""

import pytest
from playwright.sync_api import Error, Page

from tests.browser.conftest import INSTALL, BrowserLog, chromium

INLINE_SCRIPT = "document.body.append(Object.assign(document.createElement('script'), {text: 0}))"
INLINE_STYLE = "document.body.setAttribute('style', 'color: red')"
TRACKER = "http://192.0.2.1/tracker.png"


@pytest.mark.parametrize(
    ("script", "error"),
    [
        (INLINE_SCRIPT, "inline script violates"),
        (INLINE_STYLE, "inline style violates"),
        (f"new Image().src = '{TRACKER}'", "Loading the image .* violates"),
    ],
)
def test_records_policy_violations(
    address: str, page: Page, browser_log: BrowserLog, script: str, error: str
) -> None:
    page.goto(f"{address}/openapi.json")
    page.evaluate(script)
    browser_log.expect_error(error, page)
    assert browser_log.external_requests == ([TRACKER] if TRACKER in script else [])
    browser_log.requests.clear()


@pytest.mark.parametrize("host", ["classifier.example", "192.0.2.1"])
def test_chromium_is_offline(page: Page, browser_log: BrowserLog, host: str) -> None:
    with pytest.raises(Error, match="ERR_NAME_NOT_RESOLVED"):
        page.goto(f"http://{host}/")
    browser_log.requests.clear()
    browser_log.errors.clear()


def test_records_errors_and_exceptions(page: Page, browser_log: BrowserLog) -> None:
    page.evaluate("console.error('error'); console.warn('warning'); console.log('log')")
    page.evaluate("setTimeout(() => { throw new Error('exception') })")
    browser_log.expect_error("error", page)
    browser_log.expect_error("exception", page)
    assert (browser_log.errors, browser_log.messages) == ([], ["warning", "log"])
    with pytest.raises(AssertionError, match="no error matches"):
        browser_log.expect_error("error", page, seconds=0)


@pytest.mark.parametrize(
    ("required", "outcome"), [("", pytest.skip.Exception), ("1", pytest.fail.Exception)]
)
def test_skips_or_fails_without_chromium(
    monkeypatch: pytest.MonkeyPatch, required: str, outcome: type[BaseException]
) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv("REQUIRE_BROWSER", required)
    with pytest.raises(outcome, match=INSTALL):
        chromium()
