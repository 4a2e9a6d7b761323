"""The card as a page. tests/browser opens it."""

import re

import pytest

from model import ARTIFACTS
from training.artifacts import CARD_PAGE_FILE
from training.card_page import render_card_page


def body(markdown: str) -> str:
    """Return the content of the page's main element."""
    return render_card_page(markdown).partition("<main>\n")[2].partition("</main>")[0]


def test_links_are_relative_and_nothing_is_inline() -> None:
    page = (ARTIFACTS / CARD_PAGE_FILE).read_text(encoding="utf-8")
    links = re.findall(r' (?:href|src)="([^"]*)"', page)
    assert len(links) > 10
    assert not any(link.startswith("/") or ":" in link for link in links)
    assert not re.search(r"<script|<style|\s(style|on\w+)=", page)


def test_escapes_the_title() -> None:
    page = render_card_page("# A <b> & c\n\ntext\n")
    assert "<title>A &lt;b&gt; &amp; c</title>" in page
    assert body("# A <b> & c\n").endswith(">A &lt;b&gt; &amp; c</h1>\n")


@pytest.mark.parametrize(
    ("markdown", "html"),
    [
        ("## Don't, a 2nd time\n", '<h2 id="dont-a-2nd-time">Don\'t, a 2nd time</h2>\n'),
        ("[a.json](a.json), [b](../b)\n", "<p><code>a.json</code>, <code>b</code></p>\n"),
        (
            "[c](https://example.org/c), [d](#d)\n",
            '<p><a href="https://example.org/c">c</a>, <a href="#d">d</a></p>\n',
        ),
        (
            "![A *b*](figures/b.svg)\n",
            '<p><a class="wide" href="card/b.svg"><img src="card/b.svg" alt="A b"></a></p>\n',
        ),
        (
            "```sh\na < b\n```\n",
            '<pre><code tabindex="0" class="language-sh">a &lt; b\n</code></pre>\n',
        ),
        ("<script>1</script>\n", "<p>&lt;script&gt;1&lt;/script&gt;</p>\n"),
    ],
    ids=["heading", "project file", "link", "figure", "code", "html"],
)
def test_renders_each_element(markdown: str, html: str) -> None:
    assert body(markdown) == html


def test_tables_scroll_and_have_headers_but_no_styles() -> None:
    table = "| | n |\n| --- | ---: |\n| one | 1 |\n| | 2 |\n"
    first = (
        '<div class="wide" role="group" aria-label="Table 1" tabindex="0"><table>'
        '<thead><tr><td></td><th scope="col" class="number">n</th></tr></thead>'
        '<tbody><tr><th scope="row">one</th><td class="number">1</td></tr>'
        '<tr><td></td><td class="number">2</td></tr></tbody></table></div>'
    )
    html = body(f"{table}\ntext\n\n{table}").replace("\n", "")
    assert html == f"{first}<p>text</p>{first.replace('Table 1', 'Table 2')}"
