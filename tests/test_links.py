"""Every link in the documents leads somewhere."""

import re
from pathlib import Path

import pytest

from tests.conftest import ROOT

DOCUMENTS = (
    "README.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "benchmarks/README.md",
    "docs/architecture.md",
    "docs/deploy.md",
    "docs/page.md",
    "model/artifacts/README.md",
)


def anchors(document: Path) -> set[str]:
    """Return the names by which GitHub links to the headings of ``document``."""
    headings = re.findall(r"(?m)^#+ (.*)$", document.read_text(encoding="utf-8"))
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_links_lead_somewhere(name: str) -> None:
    document = ROOT / name
    text = document.read_text(encoding="utf-8")
    targets = [*re.findall(r"\]\(([^)]+)\)", text), *re.findall(r' src="([^"]+)"', text)]
    assert targets
    for target in targets:
        path, _, anchor = target.partition("#")
        linked = document.parent / path if path else document
        assert target.startswith("https://") or linked.exists(), target
        assert not anchor or anchor in anchors(linked), target
