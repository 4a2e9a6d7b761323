"""Comparisons of generated files by meaning: words and structure exactly, numbers closely."""

import re
from html.parser import HTMLParser

import pytest

_NUMBER = re.compile(r"(?<![\w.#])[-+]?\d+(?:\.\d+)?(?:e[-+]?\d+)?(?!\w)")
_GENERATED_ID = re.compile(r"\b[a-z][0-9a-f]{10}\b")


class _Markup(HTMLParser):
    """The content of an HTML or SVG document.

    Attributes:
        structure: Tags, attribute names and texts.
        values: Attribute values, with generated ids numbered in order of appearance.
    """

    def __init__(self, text: str) -> None:
        super().__init__()
        self.structure: list[str] = []
        self.values: list[str] = []
        ids: dict[str, str] = {}
        self.feed(_GENERATED_ID.sub(lambda match: ids.setdefault(match[0], f"id-{len(ids)}"), text))
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.structure += [f"<{tag}", *(name for name, _ in sorted(attrs))]
        self.values += [value or "" for _, value in sorted(attrs)]

    def handle_endtag(self, tag: str) -> None:
        self.structure.append(f"</{tag}")

    def handle_data(self, data: str) -> None:
        self.structure += data.split()


def same_text(one: str, other: str, tolerance: float) -> bool:
    """Return whether the texts have the same words, and numbers within ``tolerance``."""
    numbers, expected = (list(map(float, _NUMBER.findall(text))) for text in (one, other))
    same_words = _NUMBER.split(one) == _NUMBER.split(other)
    return same_words and numbers == pytest.approx(expected, abs=tolerance, rel=0)


def same_markup(one: str, other: str, tolerance: float = 0.01) -> bool:
    """Return whether two HTML or SVG documents have the same content and look the same.

    Args:
        one: A document.
        other: Another.
        tolerance: Accepted difference between coordinates, in the document's unit.
    """
    first, second = _Markup(one), _Markup(other)
    same_structure = first.structure == second.structure
    return same_structure and same_text(
        "\n".join(first.values), "\n".join(second.values), tolerance
    )
