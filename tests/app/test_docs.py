"""Swagger UI as it is served; tests/browser/test_docs.py opens it."""

import json
import re
import subprocess
import sys
from html.parser import HTMLParser
from urllib.parse import urljoin

import httpx
import pytest
from fastapi import FastAPI

from app.docs import MEDIA_TYPES, POLICY, add_docs
from app.errors import REASONS
from app.lambda_handler import handler
from app.main import app
from tests import function_url
from tests.conftest import ROOT
from tests.function_url import CONTEXT

LAMBDAS_LIMIT = 6_000_000
PATHS = ["/docs", *(f"/docs/{name}" for name in MEDIA_TYPES)]


class Page(HTMLParser):
    """Collects what a page loads, and what a policy without 'unsafe-inline' would block."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.inline: list[str] = []
        self._inside = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside = tag
        self.loaded += [value or "" for name, value in attrs if name in ("src", "href")]
        self.inline += [name for name, _ in attrs if name == "style" or name.startswith("on")]
        self.inline += [tag] if tag == "style" else []

    def handle_data(self, data: str) -> None:
        self.inline += [data] if self._inside == "script" and data.strip() else []


def test_the_page_loads_every_file_there_is_and_holds_nothing_inline(client: httpx.Client) -> None:
    page = Page(client.get("/docs").text)
    assert page.inline == []
    assert {urljoin("/docs", address) for address in page.loaded} == set(PATHS[1:])
    assert all(re.fullmatch(r"docs/[\w.-]+", address) for address in page.loaded)


def test_what_is_inline_would_be_found() -> None:
    page = Page('<style>a</style><b style="c" onclick="d">e</b><script src="f"> g </script>')
    assert page.inline == ["style", "style", "onclick", " g "]


def test_the_policy_allows_nothing_inline_and_no_other_host() -> None:
    sources = {source for rule in POLICY.split("; ") for source in rule.split()[1:]}
    assert sources == {"'none'", "'self'", "data:"}
    assert re.findall(r"[\w-]+ [^;]*data:", POLICY) == ["img-src 'self' data:"]


@pytest.mark.parametrize("path", PATHS)
def test_it_is_kept_by_a_browser_but_checked_for_changes(client: httpx.Client, path: str) -> None:
    first = client.get(path)
    assert first.status_code == 200
    assert first.headers["cache-control"] == "no-cache"
    tag = first.headers["etag"]
    for known in (tag, f"W/{tag}", f'"other", {tag}'):
        again = client.get(path, headers={"if-none-match": known})
        assert (again.status_code, again.content) == (304, b"")
        kept = ("etag", "cache-control", "content-security-policy")
        assert [again.headers[name] for name in kept] == [first.headers[name] for name in kept]
    for unknown in ('"other"', tag.strip('"')):
        assert client.get(path, headers={"if-none-match": unknown}).content == first.content


@pytest.mark.parametrize("path", PATHS)
def test_head_is_answered_like_get_without_the_body(client: httpx.Client, path: str) -> None:
    got, headed = client.get(path), client.head(path)
    assert (headed.status_code, headed.content) == (200, b"")
    own = {"date": "", "x-request-id": ""}
    assert {**headed.headers, **own} == {**got.headers, **own}


def test_only_the_page_has_a_policy_of_its_own(client: httpx.Client) -> None:
    policies = [client.get(path).headers["content-security-policy"] for path in PATHS]
    assert policies[0] == POLICY
    assert all(policy.startswith("default-src 'none'; base-uri") for policy in policies[1:])


@pytest.mark.parametrize(("name", "media_type"), MEDIA_TYPES.items())
def test_a_file_comes_with_its_media_type(client: httpx.Client, name: str, media_type: str) -> None:
    answer = client.get(f"/docs/{name}")
    assert answer.headers["content-type"].partition(";")[0] == media_type
    assert int(answer.headers["content-length"]) == len(answer.content)


def test_the_files_are_swagger_uis(client: httpx.Client) -> None:
    bundle = client.get("/docs/swagger-ui-bundle.js").text
    assert re.search(r'PACKAGE_VERSION:"5\.\d+\.\d+"', bundle)
    assert ".swagger-ui .opblock" in client.get("/docs/swagger-ui.css").text
    assert client.get("/docs/favicon-32x32.png").content.startswith(b"\x89PNG")


@pytest.mark.parametrize(
    "name",
    [
        "",
        "nothing.js",
        "swagger-ui.css.map",
        "../app/docs.py",
        "..%2f..%2fmain.py",
        "..%2Fresources%2Fswagger-ui.css",
        "%2e%2e/main.py",
        "..%5cmain.py",
        "%2fetc%2fpasswd",
        "swagger-ui.css%00",
        "swagger-ui.css/",
        "./swagger-ui.css",
        "SWAGGER-UI.CSS",
    ],
)
def test_any_other_name_is_not_found(name: str) -> None:
    """Asked of Lambda, as httpx would tidy some of the paths up before it sends them."""
    answer = handler(function_url.event(b"", "GET", f"/docs/{name}"), CONTEXT)
    assert answer["statusCode"] == 404
    expected = {"reason": REASONS[404], "prediction": "", "status": "404"}
    assert json.loads(answer["body"]) == expected


@pytest.mark.parametrize("path", PATHS)
def test_it_is_not_written_to(client: httpx.Client, path: str) -> None:
    answer = client.put(path)
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")
    assert answer.json()["status"] == "405"


@pytest.mark.parametrize("path", PATHS)
def test_it_is_the_same_through_lambda(client: httpx.Client, path: str) -> None:
    answer = handler(function_url.event(b"", "GET", path), CONTEXT)
    over_http = client.get(path)
    assert function_url.body(answer) == over_http.content
    assert answer["isBase64Encoded"] is path.endswith(".png")
    for name in ("content-type", "content-security-policy", "etag", "cache-control"):
        assert answer["headers"][name] == over_http.headers[name]
    assert len(json.dumps(answer)) < LAMBDAS_LIMIT / 2


@pytest.mark.anyio
async def test_it_works_below_a_path_that_a_proxy_takes_off() -> None:
    transport = httpx.ASGITransport(app, root_path="/clinic")
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as connected:
        page = await connected.get("/clinic/docs")
        files = [await connected.get(urljoin(str(page.url), at)) for at in Page(page.text).loaded]
        document = await connected.get("/clinic/openapi.json")
    assert [file.status_code for file in files] == [200] * len(MEDIA_TYPES)
    assert document.json()["servers"] == [{"url": "/clinic"}]


@pytest.mark.anyio
async def test_the_title_is_text() -> None:
    service = FastAPI(title="<script>1</script>", docs_url=None)
    add_docs(service)
    transport = httpx.ASGITransport(service)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as connected:
        page = await connected.get("/docs")
    assert "<title>&lt;script&gt;1&lt;/script&gt; - Swagger UI</title>" in page.text


def test_the_package_is_never_imported_and_not_read_before_it_is_asked_for() -> None:
    script = """
import sys
opened = []
sys.addaudithook(lambda event, values: event == "open" and opened.append(str(values[0])))
package = "/fastapi_swagger/"
from app.lambda_handler import handler
from tests import function_url
print(any(package in name for name in opened))
answer = handler(function_url.event(b"", "GET", "/docs/swagger-ui.css"), function_url.CONTEXT)
print([name.rpartition(package)[2] for name in opened if package in name], answer["statusCode"])
print("fastapi_swagger" in sys.modules)
"""
    run = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert run.stdout == "False\n['resources/swagger-ui.css'] 200\nFalse\n"
