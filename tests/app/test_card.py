"""The model's card as it is served; tests/browser/test_card.py opens it."""

import json
import subprocess
import sys
from urllib.parse import urljoin

import httpx
import pytest

import model
from app.card import FIGURE_POLICY, FIGURES, POLICY
from app.errors import REASONS
from app.lambda_handler import handler
from app.main import app
from tests import function_url
from tests.app.test_docs import Page
from tests.conftest import ROOT
from tests.function_url import CONTEXT

STYLE = "/static/card.css"
PATHS = ["/card", STYLE, *(f"/card/{name}" for name in sorted(FIGURES))]
ICON = "/static/icon.svg"


def test_the_page_is_the_card_of_the_served_model(client: httpx.Client) -> None:
    answer = client.get("/card")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert client.get("/health").json()["model"] in answer.text
    assert "<strong>It is not a medical device.</strong>" in answer.text


def test_all_that_the_page_names_is_there_and_nothing_is_inline(client: httpx.Client) -> None:
    page = Page(client.get("/card").text)
    assert page.inline == []
    named = {urljoin("/card", address) for address in page.loaded}
    assert named == {*PATHS[1:], ICON, "/", "/model", "/docs"}
    for path in sorted(named):
        assert client.get(path).status_code == 200, path


def test_the_figures_are_those_that_training_drew() -> None:
    assert {path.name for path in (model.ARTIFACTS / "figures").iterdir()} == FIGURES


@pytest.mark.parametrize("path", PATHS)
def test_it_is_kept_by_a_browser_but_checked_for_changes(client: httpx.Client, path: str) -> None:
    first = client.get(path)
    assert first.status_code == 200
    assert first.headers["cache-control"] == "no-cache"
    again = client.get(path, headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    policy = "content-security-policy"
    assert again.headers[policy] == first.headers[policy]


@pytest.mark.parametrize("path", PATHS)
def test_head_is_answered_like_get_without_the_body(client: httpx.Client, path: str) -> None:
    got, headed = client.get(path), client.head(path)
    assert (headed.status_code, headed.content) == (200, b"")
    own = {"date": "", "x-request-id": ""}
    assert {**headed.headers, **own} == {**got.headers, **own}


def test_each_has_the_policy_under_which_it_shows(client: httpx.Client) -> None:
    policies = {path: client.get(path).headers["content-security-policy"] for path in PATHS}
    assert policies.pop("/card") == POLICY
    assert policies.pop(STYLE).startswith("default-src 'none'; base-uri")
    assert set(policies.values()) == {FIGURE_POLICY}
    assert "unsafe-inline" not in POLICY
    assert "script-src" not in POLICY + FIGURE_POLICY
    assert "img-src" not in FIGURE_POLICY


@pytest.mark.parametrize("path", PATHS)
def test_it_is_the_same_through_lambda(client: httpx.Client, path: str) -> None:
    answer = handler(function_url.event(b"", "GET", path), CONTEXT)
    over_http = client.get(path)
    assert function_url.body(answer) == over_http.content
    for name in ("content-type", "content-security-policy", "etag", "cache-control"):
        assert answer["headers"][name] == over_http.headers[name]


@pytest.mark.parametrize(
    "name", ["", "nothing.svg", "card.html", "../scorecard.json", "..%2fcard.html", "STEPS.SVG"]
)
def test_any_other_name_is_not_found(name: str) -> None:
    answer = handler(function_url.event(b"", "GET", f"/card/{name}"), CONTEXT)
    assert answer["statusCode"] == 404
    expected = {"reason": REASONS[404], "prediction": "", "status": "404"}
    assert json.loads(answer["body"]) == expected


@pytest.mark.parametrize("path", PATHS)
def test_it_is_not_written_to(client: httpx.Client, path: str) -> None:
    answer = client.put(path)
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")
    assert answer.json()["status"] == "405"


@pytest.mark.anyio
async def test_it_works_below_a_path_that_a_proxy_takes_off() -> None:
    transport = httpx.ASGITransport(app, root_path="/clinic")
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as connected:
        page = await connected.get("/clinic/card")
        for address in Page(page.text).loaded:
            path = urljoin("/clinic/card", address)
            assert path.startswith("/clinic/")
            assert (await connected.get(path)).status_code == 200, path


def test_it_is_not_in_the_openapi_document(client: httpx.Client) -> None:
    assert not any("card" in path for path in client.get("/openapi.json").json()["paths"])


def test_nothing_of_it_is_read_before_it_is_asked_for() -> None:
    script = """
import sys
opened = []
sys.addaudithook(lambda event, values: event == "open" and opened.append(str(values[0])))
from app.lambda_handler import handler
from tests import function_url
def read(): return sorted(name.rpartition("/")[2] for name in opened if name.endswith(KINDS))
KINDS = (".html", ".svg", ".css")
print(read())
for path in ("/card", "/card/steps.svg", "/card/steps.svg"):
    handler(function_url.event(b"", "GET", path), function_url.CONTEXT)
print(read())
"""
    run = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert run.stdout == "[]\n['card.html', 'steps.svg']\n"
