"""The clinician's page as it is served; tests/browser opens it."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import PurePosixPath
from urllib.parse import urljoin

import httpx
import pytest

from app.card import STYLE
from app.errors import REASONS
from app.lambda_handler import handler
from app.main import app
from app.page import FOLDER, MEDIA_TYPES, PAGE, POLICY
from app.reading import ROWS
from tests import function_url
from tests.app.test_docs import Page
from tests.conftest import ROOT
from tests.function_url import CONTEXT

BUDGET = 60_000
"""Bytes of all of the page's files together, uncompressed."""

PATHS = ["/", *(f"/static/{name}" for name in MEDIA_TYPES)]
# The card's style sheet, which lies there too, is not the page's.
FILES = [path for path in FOLDER.iterdir() if path != STYLE]
TEXTS = {path.name: path.read_text(encoding="utf-8") for path in FILES}
SCRIPTS = {name: text for name, text in TEXTS.items() if name.endswith(".js")}
NAMESPACE = "http://www.w3.org/2000/svg"


def imported(script: str) -> list[str]:
    return re.findall(r'^(?:import|export) [^;]*?from "([^"]+)";$', script, re.MULTILINE)


def reached(name: str) -> Iterator[str]:
    """Yield the script ``name`` and all that it imports, however deep."""
    yield name
    for path in imported(SCRIPTS[name]):
        yield from reached(path.removeprefix("./"))


def test_the_page_and_what_it_loads_is_all_there_is() -> None:
    page = Page(TEXTS[PAGE])
    files = [at.removeprefix("static/") for at in page.loaded if at.startswith("static/")]
    scripts = {script for file in files if file in SCRIPTS for script in reached(file)}
    assert scripts == set(SCRIPTS)
    assert {*files, *scripts} == set(MEDIA_TYPES)
    assert set(TEXTS) == {PAGE, *MEDIA_TYPES}


def test_what_else_the_page_links_to_is_served_or_on_it() -> None:
    links = {at for at in Page(TEXTS[PAGE]).loaded if not at.startswith("static/")}
    assert links == {"card", "model", "docs"}


def test_the_page_holds_nothing_inline_and_no_form_that_a_browser_could_send() -> None:
    assert Page(TEXTS[PAGE]).inline == []
    assert not re.search(r"\b(action|method|formaction|name)=(?!\"viewport)", TEXTS[PAGE])


@pytest.mark.parametrize("name", TEXTS)
def test_nothing_leads_elsewhere_or_is_kept(name: str) -> None:
    text = TEXTS[name].replace(NAMESPACE, "")
    assert not re.search(r"\w+://|[\"'`(]//|@import|url\(", text)
    kept = r"localStorage|sessionStorage|indexedDB|cookie|history\.\w|pushState|sendBeacon"
    assert not re.search(kept, text)
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|\beval\b|new Function", text)


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_imports_its_neighbours_alone_and_fits_on_a_few_screens(name: str) -> None:
    assert all(re.fullmatch(r"\./\w+\.js", path) for path in imported(SCRIPTS[name]))
    assert len(SCRIPTS[name].splitlines()) < 250
    assert "import(" not in SCRIPTS[name]


def test_only_one_script_asks_for_anything() -> None:
    assert [
        name for name in SCRIPTS if re.search(r"\bfetch\(|XMLHttp|WebSocket", SCRIPTS[name])
    ] == ["service.js"]


def test_each_element_that_a_script_looks_for_is_on_the_page() -> None:
    made = r'\bid: "([\w-]+)"'
    on_the_page = set(re.findall(r'\bid="([\w-]+)"', TEXTS[PAGE]))
    on_the_page |= {each for script in SCRIPTS.values() for each in re.findall(made, script)}
    for script in SCRIPTS.values():
        assert set(re.findall(r'byId\("([\w-]+)"\)', script)) <= on_the_page


def test_a_piece_of_a_spreadsheet_is_one_that_the_service_takes() -> None:
    found = re.search(r"^const PIECE = (\d+);", SCRIPTS["batch.js"], re.MULTILINE)
    assert found
    assert 1 <= int(found[1]) <= ROWS


def test_it_is_small() -> None:
    assert sum(path.stat().st_size for path in FILES) < BUDGET


def test_the_page_is_the_file_with_its_policy(client: httpx.Client) -> None:
    answer = client.get("/")
    assert (answer.status_code, answer.content) == (200, (FOLDER / PAGE).read_bytes())
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["content-security-policy"] == POLICY


def test_the_policy_allows_nothing_inline_and_no_other_host() -> None:
    sources = {source for rule in POLICY.split("; ") for source in rule.split()[1:]}
    assert sources == {"'none'", "'self'"}
    assert {"default-src 'none'", "form-action 'none'"} <= set(POLICY.split("; "))


@pytest.mark.parametrize(("name", "media_type"), MEDIA_TYPES.items())
def test_a_file_comes_with_its_media_type(client: httpx.Client, name: str, media_type: str) -> None:
    answer = client.get(f"/static/{name}")
    assert (answer.status_code, answer.text) == (200, TEXTS[name])
    assert answer.headers["content-type"].partition(";")[0] == media_type
    assert answer.headers["content-security-policy"].startswith("default-src 'none'; base-uri")
    kinds = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
    assert kinds[PurePosixPath(name).suffix] == media_type


@pytest.mark.parametrize("path", PATHS)
def test_it_is_kept_by_a_browser_but_checked_for_changes(client: httpx.Client, path: str) -> None:
    first = client.get(path)
    assert first.headers["cache-control"] == "no-cache"
    again = client.get(path, headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    for name in ("etag", "cache-control", "content-security-policy"):
        assert again.headers[name] == first.headers[name]
    assert client.get(path, headers={"if-none-match": '"other"'}).content == first.content


@pytest.mark.parametrize("path", PATHS)
def test_head_is_answered_like_get_without_the_body(client: httpx.Client, path: str) -> None:
    got, headed = client.get(path), client.head(path)
    assert (headed.status_code, headed.content) == (200, b"")
    own = {"date": "", "x-request-id": ""}
    assert {**headed.headers, **own} == {**got.headers, **own}


@pytest.mark.parametrize("path", PATHS[1:])
def test_it_is_not_written_to(client: httpx.Client, path: str) -> None:
    answer = client.put(path)
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")
    assert answer.json()["status"] == "405"


@pytest.mark.parametrize(
    "name",
    [
        "",
        "nothing.js",
        PAGE,
        "../page.py",
        "..%2f..%2fmain.py",
        "%2e%2e/main.py",
        "..%5cmain.py",
        "%2fetc%2fpasswd",
        "main.js%00",
        "main.js/",
        "./main.js",
        "MAIN.JS",
    ],
)
def test_any_other_name_is_not_found(name: str) -> None:
    """Asked of Lambda, as httpx would tidy some of the paths up before it sends them."""
    answer = handler(function_url.event(b"", "GET", f"/static/{name}"), CONTEXT)
    assert answer["statusCode"] == 404
    expected = {"reason": REASONS[404], "prediction": "", "status": "404"}
    assert json.loads(answer["body"]) == expected


@pytest.mark.parametrize("path", PATHS)
def test_it_is_the_same_through_lambda(client: httpx.Client, path: str) -> None:
    answer = handler(function_url.event(b"", "GET", path), CONTEXT)
    over_http = client.get(path)
    assert function_url.body(answer) == over_http.content
    assert answer["isBase64Encoded"] is path.endswith(".svg")
    for name in ("content-type", "content-security-policy", "etag", "cache-control"):
        assert answer["headers"][name] == over_http.headers[name]


@pytest.mark.anyio
async def test_it_works_below_a_path_that_a_proxy_takes_off() -> None:
    transport = httpx.ASGITransport(app, root_path="/clinic")
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as connected:
        page = await connected.get("/clinic/")
        loaded = [at for at in Page(page.text).loaded if at.startswith("static/")]
        files = [await connected.get(urljoin(str(page.url), at)) for at in loaded]
    assert files
    assert all(file.status_code == 200 for file in files)
    # A script asks relative to the page, and imports relative to itself.
    asked = re.findall(r'(?<![.\w])(?:get|post)\("([^"]+)"', "".join(SCRIPTS.values()))
    assert set(asked) == {"model", "explain", "explain/batch", "openapi.json"}


def test_the_files_are_not_read_before_they_are_asked_for() -> None:
    script = """
import sys
opened = []
sys.addaudithook(lambda event, values: event == "open" and opened.append(str(values[0])))
from app.lambda_handler import handler
from tests import function_url
print([name for name in opened if "/static/" in name])
for _ in range(2):
    handler(function_url.event(b"", "GET", "/static/style.css"), function_url.CONTEXT)
print([name.rpartition("/static/")[2] for name in opened if "/static/" in name])
"""
    run = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert run.stdout == "[]\n['style.css']\n"
