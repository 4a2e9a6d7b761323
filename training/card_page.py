"""The model card as an HTML page, which the service shows at ``/card``.

It has nothing inline, as a strict Content-Security-Policy wants it, and all its addresses are
relative to its own, so that it works below any path.
"""

import re
from collections.abc import Iterator, Sequence
from html import escape
from itertools import count

from markdown_it import MarkdownIt
from markdown_it.token import Token

_PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<link rel="icon" type="image/svg+xml" href="static/icon.svg">
<link rel="stylesheet" href="static/card.css">
</head>
<body>
<nav aria-label="The service">
<a href="./">Ask the model</a>
<a href="model">The model as JSON</a>
<a href="docs">API</a>
</nav>
<main>
{body}</main>
</body>
</html>
"""

# What leads to a file of the project leads nowhere on the service.
_WORKING = re.compile(r"https://|#")


def card_page(card: str) -> str:
    """Return ``card``, which is Markdown, as a complete HTML document.

    Its first line is the title. Links to files of the project, which the service doesn't have,
    become their names. Figures are asked for below ``card/``.
    """
    markdown = MarkdownIt("commonmark", {"html": False, "xhtmlOut": False}).enable("table")
    title = card.partition("\n")[0].removeprefix("# ")
    tokens = list(_blocks(markdown.parse(card)))
    body = markdown.renderer.render(tokens, markdown.options, {})
    return _PAGE.format(title=escape(title), body=body)


def _blocks(tokens: Sequence[Token]) -> Iterator[Token]:
    """Yield ``tokens``, with headings to link to and tables that scroll by themselves."""
    numbers = count(1)
    for index, token in enumerate(tokens):
        match token.type:
            case "heading_open":
                token.attrSet("id", _anchor(tokens[index + 1].content))
            case "table_open":
                yield _box(next(numbers))
            case "th_open" | "td_open":
                _adapt_cell(tokens, index)
            case "fence":
                token.attrSet("tabindex", "0")
            case "inline":
                token.children = list(_inlines(token.children or []))
        yield token
        if token.type == "table_close":
            yield Token("div_close", "div", -1, block=True)


def _anchor(heading: str) -> str:
    # As on GitHub, so that a link works in both.
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


def _box(number: int) -> Token:
    # Focusable, or nobody could scroll it with a keyboard, and so it needs a name.
    attributes = {"class": "wide", "role": "group", "aria-label": f"Table {number}"}
    return Token("div_open", "div", 1, attrs={**attributes, "tabindex": "0"}, block=True)


def _adapt_cell(tokens: Sequence[Token], index: int) -> None:
    """Make the first cell of a row its head, and of a style, which is inline, a class."""
    cell, content, end = tokens[index : index + 3]
    in_head, first = cell.type == "th_open", tokens[index - 1].type == "tr_open"
    scope = "col" if in_head else "row" if first else ""
    if not content.content:  # Nothing is no head of anything.
        scope = ""
    right = cell.attrs.pop("style", "") == "text-align:right"
    cell.tag = end.tag = "th" if scope else "td"
    cell.attrs = {"scope": scope} if scope else {}
    if right:
        cell.attrSet("class", "number")


def _inlines(tokens: Sequence[Token]) -> Iterator[Token]:
    """Yield ``tokens``, with figures that can be opened, and no link that leads nowhere."""
    for index, token in enumerate(tokens):
        if token.type == "image":
            address = str(token.attrs["src"]).replace("figures/", "card/")
            token.attrSet("src", address)
            yield Token("link_open", "a", 1, attrs={"class": "wide", "href": address})
        elif token.type == "link_open" and not _WORKING.match(str(token.attrs["href"])):
            end = next(each for each in tokens[index:] if each.type == "link_close")
            token.tag = end.tag = "code"
            token.attrs = {}
        yield token
        if token.type == "image":
            yield Token("link_close", "a", -1)
