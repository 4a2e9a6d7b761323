"""The model card as an HTML page, which the service shows at ``/card``.

The page has no inline scripts or styles, so that a strict Content-Security-Policy can apply. All
its links are relative, so that it works below any path prefix.
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

# Other links lead to files of the project, which the service does not have.
_SERVED_LINK = re.compile(r"https://|#")


def render_card_page(card: str) -> str:
    """Return a model card in Markdown as an HTML document.

    The first line becomes the title. Links to files of the project become the files' names.
    Figures are loaded from ``card/``.
    """
    markdown = MarkdownIt("commonmark", {"html": False, "xhtmlOut": False}).enable("table")
    title = card.partition("\n")[0].removeprefix("# ")
    tokens = list(_transform_blocks(markdown.parse(card)))
    body = markdown.renderer.render(tokens, markdown.options, {})
    return _PAGE.format(title=escape(title), body=body)


def _transform_blocks(tokens: Sequence[Token]) -> Iterator[Token]:
    """Yield ``tokens`` with ids on headings and a scrolling box around each table."""
    numbers = count(1)
    for index, token in enumerate(tokens):
        match token.type:
            case "heading_open":
                token.attrSet("id", _heading_id(tokens[index + 1].content))
            case "table_open":
                yield _open_box(next(numbers))
            case "th_open" | "td_open":
                _transform_cell(tokens, index)
            case "fence":
                token.attrSet("tabindex", "0")
            case "inline":
                token.children = list(_transform_inlines(token.children or []))
        yield token
        if token.type == "table_close":
            yield Token("div_close", "div", -1, block=True)


def _heading_id(heading: str) -> str:
    # GitHub's ids, so that a link works in both places.
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


def _open_box(number: int) -> Token:
    # Focusable for scrolling with a keyboard, and focusable elements need a name.
    attributes = {"class": "wide", "role": "group", "aria-label": f"Table {number}"}
    return Token("div_open", "div", 1, attrs={**attributes, "tabindex": "0"}, block=True)


def _transform_cell(tokens: Sequence[Token], index: int) -> None:
    """Make the first cell of a row its header, and replace the inline style by a class."""
    cell, content, end = tokens[index : index + 3]
    in_head, first = cell.type == "th_open", tokens[index - 1].type == "tr_open"
    scope = "col" if in_head else "row" if first else ""
    if not content.content:  # An empty cell is not a header.
        scope = ""
    right = cell.attrs.pop("style", "") == "text-align:right"
    cell.tag = end.tag = "th" if scope else "td"
    cell.attrs = {"scope": scope} if scope else {}
    if right:
        cell.attrSet("class", "number")


def _transform_inlines(tokens: Sequence[Token]) -> Iterator[Token]:
    """Yield ``tokens`` with links around figures and without links to project files."""
    for index, token in enumerate(tokens):
        if token.type == "image":
            address = str(token.attrs["src"]).replace("figures/", "card/")
            token.attrSet("src", address)
            yield Token("link_open", "a", 1, attrs={"class": "wide", "href": address})
        elif token.type == "link_open" and not _SERVED_LINK.match(str(token.attrs["href"])):
            end = next(later for later in tokens[index:] if later.type == "link_close")
            token.tag = end.tag = "code"
            token.attrs = {}
        yield token
        if token.type == "image":
            yield Token("link_close", "a", -1)
