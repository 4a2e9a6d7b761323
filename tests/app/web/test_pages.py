"""The pages and their static files as served; tests/browser opens them in a browser."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from urllib.parse import urljoin

import httpx
import pytest

from app.lambda_handler import handler
from app.main import app
from app.web.pages import (
    CARD_POLICY,
    DOCS_POLICY,
    FIGURE_POLICY,
    FIGURES,
    PAGE_POLICY,
    STATIC,
)
from tests import function_url
from tests.conftest import ROOT
from tests.function_url import CONTEXT

SIZE_LIMIT = 60_000
"""Bytes of the clinician's page with all its files, uncompressed."""

LAMBDA_LIMIT = 6_000_000
"""Bytes of a response that Lambda accepts."""

DEFAULT_POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
PAGES = {"/": PAGE_POLICY, "/card": CARD_POLICY, "/docs": DOCS_POLICY}
SWAGGER_FILES = ("favicon-32x32.png", "swagger-ui-bundle.js", "swagger-ui.css")
OTHER_PAGES_FILES = {"card.css", "docs.html", "swagger-initializer.js"}

SOURCES = {
    path.name: path.read_text(encoding="utf-8")
    for path in STATIC.iterdir()
    if path.name not in OTHER_PAGES_FILES
}
SCRIPTS = {name: text for name, text in SOURCES.items() if name.endswith(".js")}
FILES = {
    **{f"/static/{path.name}": DEFAULT_POLICY for path in sorted(STATIC.iterdir())},
    **{f"/docs/{name}": DEFAULT_POLICY for name in SWAGGER_FILES},
    **{f"/card/{path.name}": FIGURE_POLICY for path in sorted(FIGURES.iterdir())},
}
RESPONSES = {**PAGES, **FILES}


class Document(HTMLParser):
    """Collects the URLs in a page, and the inline code that its policy would block."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.urls: list[str] = []
        self.inline: list[str] = []
        self._tag = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._tag = tag
        self.urls += [value or "" for name, value in attrs if name in ("src", "href")]
        self.inline += [name for name, _ in attrs if name == "style" or name.startswith("on")]
        self.inline += [tag] if tag == "style" else []

    def handle_data(self, data: str) -> None:
        self.inline += [data] if self._tag == "script" and data.strip() else []


def imports(script: str) -> list[str]:
    return re.findall(r'^(?:import|export) [^;]*?from "([^"]+)";$', script, re.MULTILINE)


def import_tree(name: str) -> Iterator[str]:
    yield name
    for path in imports(SCRIPTS[name]):
        yield from import_tree(path.removeprefix("./"))


def test_document_finds_inline_code() -> None:
    page = Document('<style>a</style><b style="c" onclick="d">e</b><script src="f"> g </script>')
    assert page.inline == ["style", "style", "onclick", " g "]


def test_every_static_file_is_used() -> None:
    files = {
        url.removeprefix("static/")
        for url in Document(SOURCES["index.html"]).urls
        if url.startswith("static/")
    }
    scripts = {script for file in files & {*SCRIPTS} for script in import_tree(file)}
    assert files | scripts | {"index.html"} == {*SOURCES}


@pytest.mark.parametrize("path", PAGES)
def test_page_is_complete_without_inline_code_or_other_hosts(
    client: httpx.Client, path: str
) -> None:
    page = Document(client.get(path).text)
    assert page.inline == []
    external = {url for url in page.urls if re.match(r"[a-z]+:|//|/", url)}
    assert external == set() or path == "/card"  # The card cites its sources.
    for url in {*page.urls} - external:
        assert client.get(urljoin(path, url)).status_code == 200, url


@pytest.mark.parametrize("path", RESPONSES)
def test_headers(client: httpx.Client, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 200
    assert response.headers["cache-control"] == "no-cache"
    assert response.headers["content-security-policy"] == RESPONSES[path]
    assert response.headers["x-content-type-options"] == "nosniff"
    suffix = path.rpartition(".")[2] if "." in path else "html"
    media_types = {
        "css": {"text/css"},
        "html": {"text/html"},
        "js": {"text/javascript", "application/javascript"},  # Python 3.11 has the older name.
        "png": {"image/png"},
        "svg": {"image/svg+xml"},
    }
    assert response.headers["content-type"].partition(";")[0] in media_types[suffix]


def test_policies_allow_only_this_service() -> None:
    assert all(policy.startswith(DEFAULT_POLICY) for policy in RESPONSES.values())
    sources = {
        path: {source for rule in policy.split("; ") for source in rule.split()[1:]}
        for path, policy in PAGES.items()
    }
    strict = {"'none'", "'self'"}
    assert sources == {"/": strict, "/card": strict, "/docs": {*strict, "data:"}}
    assert re.findall(r"[\w-]+ [^;]*data:", DOCS_POLICY) == ["img-src 'self' data:"]
    assert "script-src" not in CARD_POLICY + FIGURE_POLICY


@pytest.mark.parametrize("path", FILES)
def test_static_files_are_revalidated(client: httpx.Client, path: str) -> None:
    first = client.get(path)
    again = client.get(path, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    for name in ("etag", "cache-control", "content-security-policy"):
        assert again.headers[name] == first.headers[name]
    assert client.get(path, headers={"If-None-Match": '"other"'}).content == first.content


@pytest.mark.parametrize("path", RESPONSES)
def test_head_has_the_headers_of_get(client: httpx.Client, path: str) -> None:
    get, head = client.get(path), client.head(path)
    assert (head.status_code, head.content) == (200, b"")
    varying = {"date": "", "x-request-id": ""}
    assert {**head.headers, **varying} == {**get.headers, **varying}


@pytest.mark.parametrize("path", ["/card", "/docs", *FILES])
def test_rejects_other_methods(client: httpx.Client, path: str) -> None:
    response = client.put(path)
    assert (response.status_code, response.headers["allow"]) == (405, "GET, HEAD")
    assert response.json()["status"] == "405"


@pytest.mark.parametrize("folder", ["/static", "/card", "/docs"])
@pytest.mark.parametrize(
    "name",
    [
        "",
        "missing.js",
        "../pages.py",
        "..%2f..%2fmain.py",
        "..%2Fscorecard.json",
        "%2e%2e/card.html",
        "..%5cmain.py",
        "%2fetc%2fpasswd",
        "style.css%00",
        "STYLE.CSS",
        "a" * 5000,
    ],
)
def test_files_outside_the_folder_are_not_found(folder: str, name: str) -> None:
    # Through Lambda, as httpx would normalize some of these paths.
    response = handler(function_url.event(b"", "GET", f"{folder}/{name}"), CONTEXT)
    assert response["statusCode"] == 404
    body = json.loads(response["body"])
    assert (body["prediction"], body["status"]) == ("", "404")


@pytest.mark.parametrize("path", RESPONSES)
def test_lambda_sends_the_same(client: httpx.Client, path: str) -> None:
    response = handler(function_url.event(b"", "GET", path), CONTEXT)
    over_http = client.get(path)
    assert function_url.body(response) == over_http.content
    assert response["isBase64Encoded"] is path.endswith((".png", ".svg"))
    assert len(json.dumps(response)) < LAMBDA_LIMIT / 2
    for name in ("content-type", "content-security-policy", "etag", "cache-control"):
        assert response["headers"][name] == over_http.headers[name]


@pytest.mark.anyio
@pytest.mark.parametrize("path", PAGES)
async def test_pages_work_below_a_path_prefix(path: str) -> None:
    transport = httpx.ASGITransport(app, root_path="/clinic")
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as connected:
        page = await connected.get(f"/clinic{path}")
        urls = [urljoin(str(page.url), url) for url in Document(page.text).urls]
        urls = [url for url in urls if url.startswith("http://test/")]
        assert urls
        for url in urls:
            assert url.startswith("http://test/clinic/")
            assert (await connected.get(url)).status_code == 200, url
        document = await connected.get("/clinic/openapi.json")
    assert document.json()["servers"] == [{"url": "/clinic"}]


def test_contents_are_of_this_service(client: httpx.Client) -> None:
    card = client.get("/card").text
    assert client.get("/health").json()["model"] in card
    assert "<strong>It is not a medical device.</strong>" in card
    assert f"<title>{app.title} - Swagger UI</title>" in client.get("/docs").text
    bundle = client.get("/docs/swagger-ui-bundle.js").text
    assert re.search(r'PACKAGE_VERSION:"5\.\d+\.\d+"', bundle)


def test_only_the_home_page_is_in_the_openapi_document(client: httpx.Client) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    assert "get" in paths["/"]
    assert not [path for path in paths if re.match("/(card|docs|static)", path)]


@pytest.mark.parametrize("name", SOURCES)
def test_page_makes_no_third_party_requests_and_stores_nothing(name: str) -> None:
    text = SOURCES[name].replace("http://www.w3.org/2000/svg", "")
    assert not re.search(r"\w+://|[\"'`(]//|@import|url\(", text)
    storage = r"localStorage|sessionStorage|indexedDB|cookie|history\.\w|pushState|sendBeacon"
    assert not re.search(storage, text)
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|\beval\b|new Function", text)
    requests = re.search(r"\bfetch\(|XMLHttp|WebSocket|import\(", text)
    assert bool(requests) is (name == "api.js")


def test_browser_cannot_send_the_form() -> None:
    attributes = r"\b(action|method|formaction|name)=(?!\"viewport)"
    assert not re.search(attributes, SOURCES["index.html"])


def test_scripts_find_their_elements() -> None:
    ids = set(re.findall(r'\bid="([\w-]+)"', SOURCES["index.html"]))
    ids |= {each for script in SCRIPTS.values() for each in re.findall(r'\bid: "([\w-]+)"', script)}
    for script in SCRIPTS.values():
        assert set(re.findall(r'byId\("([\w-]+)"\)', script)) <= ids


def test_scripts_request_known_paths() -> None:
    paths = re.findall(r'(?<![.\w])(?:get|post)\("([^"]+)"', "".join(SCRIPTS.values()))
    assert set(paths) == {"model", "explain", "explain/batch", "openapi.json"}


def test_page_is_small() -> None:
    assert sum(len(text.encode()) for text in SOURCES.values()) < SIZE_LIMIT
    assert all(len(script.splitlines()) < 250 for script in SCRIPTS.values())


def test_starting_reads_no_page_and_never_imports_the_swagger_package() -> None:
    script = """
import sys
opened = []
sys.addaudithook(lambda event, values: event == "open" and opened.append(str(values[0])))
from app.lambda_handler import handler
from tests import function_url
def pages():
    return [name for name in opened if name.endswith((".html", ".css", ".svg", ".js", ".png"))]
assert pages() == []
for path in ("/card", "/static/style.css", "/docs/swagger-ui.css"):
    event = function_url.event(b"", "GET", path)
    assert handler(event, function_url.CONTEXT)["statusCode"] == 200
assert len(pages()) == 3, pages()
assert "fastapi_swagger" not in sys.modules
"""
    run = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, check=False)
    assert run.returncode == 0, run.stderr.decode()
