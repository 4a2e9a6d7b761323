"""Swagger UI under its Content-Security-Policy and without a network."""

import json

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import BrowserLog
from tests.browser.page_objects import ShownResponse, SwaggerPage
from tests.browser.samples import API_KEY, EXAMPLES

MALIGNANT = ShownResponse(200, {"reason": "OK", "prediction": 1, "status": "200"})
BENIGN = ShownResponse(200, {"reason": "OK", "prediction": 0, "status": "200"})


@pytest.mark.parametrize(
    ("body", "response"), [(None, MALIGNANT), (json.dumps(EXAMPLES["benign"]), BENIGN)]
)
def test_try_it_out_predicts(
    address: str, page: Page, body: str | None, response: ShownResponse
) -> None:
    assert SwaggerPage(page, address).try_out("/predict", body) == response


def test_try_it_out_shows_an_error(address: str, page: Page, browser_log: BrowserLog) -> None:
    response = SwaggerPage(page, address).try_out("/predict", "{}")
    assert response.status == 400
    assert response.body["reason"].startswith("'body' must contain values for: ")
    browser_log.expect_error("status of 400", page)


def test_every_part_is_styled_and_opens(address: str, page: Page) -> None:
    docs = SwaggerPage(page, address)
    docs.try_out("/predict")
    block = docs.operation("/predict")
    # A rule of the style sheet, a style set by a script, and a data URL.
    for selector, property_, value in (
        (".opblock-summary-method", "backgroundColor", "rgb(73, 204, 144)"),
        (".live-responses-table pre", "backgroundColor", "rgb(51, 51, 51)"),
        ("select", "backgroundImage", 'url("data:image/svg+xml'),
    ):
        style = block.locator(selector).first.evaluate(f"e => getComputedStyle(e).{property_}")
        assert style.startswith(value)
    with page.expect_download() as downloading:
        block.get_by_role("button", name="Download").click()
    assert '"prediction": 1' in downloading.value.path().read_text(encoding="utf-8")
    for schema in block.get_by_role("tab", name="Schema").all():
        schema.click()
    for model in page.locator(".models .json-schema-2020-12-accordion").all():
        model.click()
    assert page.get_by_text("worstConcavePoints").count() > 0


def test_works_below_a_path_prefix(
    prefixed_address: str, page: Page, browser_log: BrowserLog
) -> None:
    assert SwaggerPage(page, prefixed_address).try_out("/predict") == MALIGNANT
    assert all(url.startswith(f"{prefixed_address}/") for url in browser_log.requests)


def test_authorize_sends_the_key_until_the_page_is_reloaded(
    secured_address: str, page: Page, browser_log: BrowserLog
) -> None:
    assert SwaggerPage(page, secured_address).try_out("/predict").status == 401
    docs = SwaggerPage(page, secured_address)
    docs.authorize(API_KEY)
    assert docs.try_out("/predict") == MALIGNANT
    assert SwaggerPage(page, secured_address).try_out("/predict").status == 401
    browser_log.expect_error("status of 401", page)
