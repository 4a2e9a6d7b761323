"""Swagger UI in a browser, under its own Content-Security-Policy and without a network."""

import json
import sys
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from app.docs import MEDIA_TYPES
from app.keys import digest, new_key
from app.observation import EXAMPLES
from tests.browser.conftest import Visit
from tests.browser.swagger import Answer, SwaggerUI
from tests.conftest import running

KEY = new_key()


@pytest.fixture(scope="module")
def guarded() -> Iterator[str]:
    """The service as it is started where a key is needed."""
    variables = {"PORT": "0", "API_KEYS": digest(KEY.encode()).hex()}
    with running([sys.executable, "-m", "app"], variables) as url:
        yield url


def test_it_shows_the_service_and_asks_only_for_its_own_files(
    address: str, page: Page, visit: Visit
) -> None:
    SwaggerUI(page, address)
    assert page.title() == "Breast tumour classifier - Swagger UI"
    assert page.locator(".info .title").inner_text().startswith("Breast tumour classifier")
    files = {f"{address}/docs/{name}" for name in MEDIA_TYPES}
    assert set(visit.requests) == {f"{address}/docs", f"{address}/openapi.json", *files}


def test_try_it_out_predicts(address: str, page: Page) -> None:
    answer = SwaggerUI(page, address).try_out("/predict")
    assert answer == Answer(200, {"reason": "OK", "prediction": 1, "status": "200"})


def test_it_is_styled(address: str, page: Page) -> None:
    """Its style sheet applies, the pictures in that, and the styles that its script sets."""
    docs = SwaggerUI(page, address)
    docs.try_out("/predict")
    block = docs.operation("/predict")
    for part, property_, value in (
        (".opblock-summary-method", "backgroundColor", "rgb(73, 204, 144)"),
        (".live-responses-table pre", "backgroundColor", "rgb(51, 51, 51)"),
        ("select", "backgroundImage", 'url("data:image/svg+xml'),
    ):
        style = block.locator(part).first.evaluate(f"e => getComputedStyle(e).{property_}")
        assert style.startswith(value)


def test_try_it_out_with_another_observation(address: str, page: Page) -> None:
    answer = SwaggerUI(page, address).try_out("/predict", json.dumps(EXAMPLES["benign"]))
    assert answer == Answer(200, {"reason": "OK", "prediction": 0, "status": "200"})


def test_try_it_out_shows_a_refusal(address: str, page: Page, visit: Visit) -> None:
    answer = SwaggerUI(page, address).try_out("/predict", "{}")
    assert answer.status == 400
    assert answer.body["reason"].startswith("'body' must contain values for: ")
    visit.expect_error("status of 400", page)


def test_everything_that_opens_opens(address: str, page: Page) -> None:
    """Each part is drawn by code of its own, any of which could break the policy."""
    docs = SwaggerUI(page, address)
    docs.try_out("/predict")
    block = docs.operation("/predict")
    with page.expect_download() as downloading:
        block.get_by_role("button", name="Download").click()
    assert '"prediction": 1' in downloading.value.path().read_text(encoding="utf-8")
    for schema in block.get_by_role("tab", name="Schema").all():
        schema.click()
    for model in page.locator(".models .json-schema-2020-12-accordion").all():
        model.click()
    assert page.get_by_text("worstConcavePoints").count() > 0


def test_it_works_below_another_path(mounted: str, page: Page, visit: Visit) -> None:
    answer = SwaggerUI(page, mounted).try_out("/predict")
    assert answer == Answer(200, {"reason": "OK", "prediction": 1, "status": "200"})
    assert all(request.startswith(f"{mounted}/") for request in visit.requests)


def test_authorize_sends_the_key_from_then_on(guarded: str, page: Page, visit: Visit) -> None:
    assert SwaggerUI(page, guarded).try_out("/predict").status == 401
    visit.expect_error("status of 401", page)
    docs = SwaggerUI(page, guarded)
    docs.authorize(KEY)
    answer = docs.try_out("/predict")
    assert answer == Answer(200, {"reason": "OK", "prediction": 1, "status": "200"})


def test_a_key_is_forgotten_with_the_page(guarded: str, page: Page, visit: Visit) -> None:
    SwaggerUI(page, guarded).authorize(KEY)
    assert SwaggerUI(page, guarded).try_out("/predict").status == 401
    visit.expect_error("status of 401", page)
