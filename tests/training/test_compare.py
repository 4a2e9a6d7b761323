"""The comparisons accept the differences between machines and reject changed content."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from model import ARTIFACTS
from tests.training.compare import same_markup, same_text
from training.artifacts import CARD_PAGE_FILE, FIGURES_FOLDER

FIGURES = sorted((ARTIFACTS / FIGURES_FOLDER).iterdir())
COORDINATE = r"(?<=[ML] )\d+\.\d{6}"


def add(difference: float) -> Callable[[re.Match[str]], str]:
    return lambda match: f"{float(match[0]) + difference:.6f}"


@pytest.mark.parametrize("path", FIGURES, ids=lambda path: path.stem)
@pytest.mark.parametrize(
    ("pattern", "replacement"),
    [(r"\b([pmh])([0-9a-f]{5})([0-9a-f]{5})\b", r"\1\3\2"), (COORDINATE, add(1e-6))],
    ids=["other ids", "last digits"],
)
def test_accepts_figures_that_look_the_same(path: Path, pattern: str, replacement: str) -> None:
    svg = path.read_text(encoding="utf-8")
    changed, count = re.subn(pattern, replacement, svg)
    assert count > 10
    assert same_markup(changed, svg)


@pytest.mark.parametrize("path", FIGURES, ids=lambda path: path.stem)
@pytest.mark.parametrize(
    ("pattern", "replacement"),
    [
        (COORDINATE, add(0.1)),
        (r'(?<=x=")\d+\.\d{6}(?=" y)', add(0.1)),
        (r"malignan(?=\w+</text>)|false", "bad"),
        ("#000000", "#000001"),
        ("<use [^>]+>", ""),
        (r'(?<=xlink:href="#)\w+', "m0123456789"),
    ],
    ids=["moved line", "moved marker", "label", "colour", "missing marker", "other marker"],
)
def test_rejects_figures_that_look_different(path: Path, pattern: str, replacement: str) -> None:
    svg = path.read_text(encoding="utf-8")
    changed, count = re.subn(pattern, replacement, svg, count=1)
    assert count == 1
    assert not same_markup(changed, svg)


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        ("<p>", "<p>\n", True),
        ("'", "&#x27;", True),
        ("0.968", "0.969", False),
        ('href="docs"', 'href="doc"', False),
        ("<h2 ", "<h3 ", False),
    ],
)
def test_compares_pages_by_content(old: str, new: str, *, same: bool) -> None:
    page = (ARTIFACTS / CARD_PAGE_FILE).read_text(encoding="utf-8")
    assert old in page
    assert same_markup(page.replace(old, new), page) is same


@pytest.mark.parametrize(
    ("other", "same"),
    [
        ("F1 0.9411764705882354 (2 missed)", True),
        ("F1 0.9411764 (2 missed)", False),
        ("F1 0.9411764705882353 (3 missed)", False),
        ("F1 0.9411764705882353 (2 found)", False),
        ("F1 0.9411764705882353", False),
    ],
)
def test_compares_texts_by_words_and_numbers(other: str, *, same: bool) -> None:
    assert same_text("F1 0.9411764705882353 (2 missed)", other, 1e-9) is same
