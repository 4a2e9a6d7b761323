"""The seal on a scorecard file: a line that states the SHA-256 of all the other lines.

Anybody can check it without this code, with ``grep -v '^  "sha256"'`` and ``sha256sum``, as
README.md shows. It guards against accidents and careless edits, not
against a person who seals a forged file anew.
"""

import re
from hashlib import sha256

from model.errors import ScorecardAltered

_SEAL = re.compile(r'^  "sha256": "([0-9a-f]{64})",\n', re.MULTILINE)


def seal(text: str) -> str:
    """Return ``text``, a JSON object indented by two spaces, with its seal as first key."""
    opening, rest = text.split("\n", 1)
    return f'{opening}\n  "sha256": "{_digest(text)}",\n{rest}'


def verify(text: str) -> str:
    """Return the digest that ``text`` states and has.

    Raises:
        ScorecardAltered: It states none, states several, or has another.
    """
    stated = _SEAL.findall(text)
    if len(stated) != 1:
        raise ScorecardAltered(f"it must have exactly one sha256 line, and has {len(stated)}")
    actual = _digest(_SEAL.sub("", text))
    if stated != [actual]:
        raise ScorecardAltered(f"it states the SHA-256 {stated[0]}, but its content has {actual}")
    return actual


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()
