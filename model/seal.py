"""The seal of a scorecard file: a line with the SHA-256 of all other lines.

It can be verified without this code, with ``grep -v '^  "sha256"'`` and ``sha256sum``. It
detects accidents and careless edits, not forgery: anyone can seal a changed file.
"""

import re
from hashlib import sha256

from model.errors import ScorecardAltered

_SEAL = re.compile(r'^  "sha256": "([0-9a-f]{64})",\n', re.MULTILINE)


def seal(text: str) -> str:
    """Return ``text``, a JSON object indented by two spaces, with its SHA-256 as first key."""
    first_line, rest = text.split("\n", 1)
    return f'{first_line}\n  "sha256": "{_digest(text)}",\n{rest}'


def verify(text: str) -> str:
    """Verify the seal of ``text`` and return its digest.

    Raises:
        ScorecardAltered: There is no seal, more than one, or the digest differs.
    """
    seals = _SEAL.findall(text)
    if len(seals) != 1:
        raise ScorecardAltered(f"it must have exactly one sha256 line, and has {len(seals)}")
    digest = _digest(_SEAL.sub("", text))
    if seals != [digest]:
        raise ScorecardAltered(f"it states the SHA-256 {seals[0]}, but its content has {digest}")
    return digest


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()
