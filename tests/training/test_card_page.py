"""The card as a page. What it says is tested in test_card.py, how it shows in tests/browser."""

import os
import subprocess
import sys

from model import ARTIFACTS
from tests.app.test_docs import Page
from tests.conftest import ROOT
from training.artifacts import CARD, CARD_PAGE
from training.card_page import card_page

TEXT = (ARTIFACTS / CARD).read_text(encoding="utf-8")
PAGE = (ARTIFACTS / CARD_PAGE).read_text(encoding="utf-8")


def body(markdown: str) -> str:
    """Return what is between the tags of the page's main part."""
    return card_page(markdown).partition("<main>\n")[2].partition("</main>")[0]


def test_the_committed_page_is_that_of_the_committed_card() -> None:
    assert card_page(TEXT) == PAGE


def test_it_is_the_same_in_another_process() -> None:
    script = (
        "import model; from training.card_page import card_page;"
        "print(end=card_page((model.ARTIFACTS / 'README.md').read_text('utf-8')))"
    )
    there = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": "7", "PYTHONUTF8": "1"},
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    assert there.stdout == PAGE


def test_the_title_is_text() -> None:
    page = card_page("# A <b> & c\n\ntext\n")
    assert "<title>A &lt;b&gt; &amp; c</title>" in page
    assert body("# A <b> & c\n").endswith(">A &lt;b&gt; &amp; c</h1>\n")


def test_nothing_is_inline_and_every_address_is_relative() -> None:
    page = Page(PAGE)
    assert page.inline == []
    assert len(page.loaded) > 10
    assert not any(address.startswith("/") or ":" in address for address in page.loaded)


def test_a_heading_has_the_name_by_which_github_links_to_it() -> None:
    assert body("## Don't, a 2nd time\n") == '<h2 id="dont-a-2nd-time">Don\'t, a 2nd time</h2>\n'


def test_a_link_to_a_file_of_the_project_is_its_name_and_others_are_kept() -> None:
    text = "[a.json](a.json), [b](../training/b), [c](https://example.org/c), [d](#d)\n"
    assert body(text) == (
        "<p><code>a.json</code>, <code>b</code>, "
        '<a href="https://example.org/c">c</a>, <a href="#d">d</a></p>\n'
    )


def test_a_figure_can_be_opened() -> None:
    assert body("![A *b*](figures/b.svg)\n") == (
        '<p><a class="wide" href="card/b.svg"><img src="card/b.svg" alt="A b"></a></p>\n'
    )


def test_a_table_has_heads_but_no_styles_and_a_box_to_scroll_in() -> None:
    table = "| | n |\n| --- | ---: |\n| one | 1 |\n| | 2 |\n"
    assert body(f"{table}\ntext\n\n{table}").partition("<p>")[0].splitlines() == [
        '<div class="wide" role="group" aria-label="Table 1" tabindex="0">',
        "<table>",
        "<thead>",
        "<tr>",
        "<td></td>",
        '<th scope="col" class="number">n</th>',
        "</tr>",
        "</thead>",
        "<tbody>",
        "<tr>",
        '<th scope="row">one</th>',
        '<td class="number">1</td>',
        "</tr>",
        "<tr>",
        "<td></td>",
        '<td class="number">2</td>',
        "</tr>",
        "</tbody>",
        "</table>",
        "</div>",
    ]
    assert 'aria-label="Table 2"' in body(f"{table}\ntext\n\n{table}")


def test_what_scrolls_can_be_scrolled_with_a_keyboard() -> None:
    assert body("```sh\na < b\n```\n") == (
        '<pre><code tabindex="0" class="language-sh">a &lt; b\n</code></pre>\n'
    )


def test_html_is_text() -> None:
    assert body("<script>1</script>\n") == "<p>&lt;script&gt;1&lt;/script&gt;</p>\n"
