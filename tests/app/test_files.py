"""Files as a browser gets them; test_docs.py and test_page.py ask for real ones."""

import pytest
from fastapi import Request

from app.files import File, answer, tagged

FILE = tagged(b"body", "text/css")


def asked(known: str | None = None) -> Request:
    headers = [] if known is None else [(b"if-none-match", known.encode())]
    return Request({"type": "http", "headers": headers})


def test_the_same_content_has_the_same_tag_and_another_another() -> None:
    assert tagged(b"body", "text/css") == FILE
    assert tagged(b"bodz", "text/css").tag != FILE.tag
    assert File(b"body", "text/css", FILE.tag) == FILE


@pytest.mark.parametrize("known", [None, "", '"other"', FILE.tag.strip('"'), "*"])
def test_a_browser_that_has_it_not_gets_it(known: str | None) -> None:
    sent = answer(asked(known), FILE)
    assert (sent.status_code, sent.body) == (200, b"body")
    assert sent.headers["content-type"] == "text/css; charset=utf-8"
    assert (sent.headers["cache-control"], sent.headers["etag"]) == ("no-cache", FILE.tag)
    assert "content-security-policy" not in sent.headers


@pytest.mark.parametrize("known", [FILE.tag, f"W/{FILE.tag}", f'"other", {FILE.tag}'])
def test_a_browser_that_has_it_is_told_so(known: str) -> None:
    sent = answer(asked(known), FILE, "default-src 'none'")
    assert (sent.status_code, sent.body) == (304, b"")
    assert (sent.headers["cache-control"], sent.headers["etag"]) == ("no-cache", FILE.tag)
    assert sent.headers["content-security-policy"] == "default-src 'none'"
