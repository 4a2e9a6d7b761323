"""Relative links in the documents lead to existing files and headings."""

import re
from pathlib import Path

import pytest

from tests.conftest import ROOT

DOCUMENTS = sorted(
    path
    for pattern in ("*.md", "docs/*.md", "benchmarks/*.md", "model/artifacts/*.md")
    for path in ROOT.glob(pattern)
)


def links(text: str) -> list[str]:
    """Return the targets of the links and images in ``text``."""
    return [*re.findall(r"\]\(([^)]+)\)", text), *re.findall(r' src="([^"]+)"', text)]


def anchors(document: Path) -> set[str]:
    """Return GitHub's anchors of the headings of ``document``."""
    headings = re.findall(r"(?m)^#+ (.*)$", document.read_text(encoding="utf-8"))
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("document", DOCUMENTS, ids=[path.stem for path in DOCUMENTS])
def test_links_lead_to_files_and_headings(document: Path) -> None:
    for target in links(document.read_text(encoding="utf-8")):
        if target.startswith("https://"):
            continue
        path, _, anchor = target.partition("#")
        linked = document.parent / path if path else document
        assert linked.exists(), target
        assert not anchor or anchor in anchors(linked), target


def test_finds_links_and_anchors(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text('# One, two\n[a](b.md#c) <img src="d.png">\n## `POST /x`\n')
    assert links(page.read_text()) == ["b.md#c", "d.png"]
    assert anchors(page) == {"one-two", "post-x"}
