from hashlib import sha256

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from model import ARTIFACTS, SCORECARD_FILE, ScorecardAltered, seal
from model.seal import verify

TEXT = (ARTIFACTS / SCORECARD_FILE).read_text(encoding="utf-8")


def test_the_digest_is_the_sha256_of_all_other_lines() -> None:
    others = [line for line in TEXT.splitlines(keepends=True) if line[:10] != '  "sha256"']
    assert len(others) == TEXT.count("\n") - 1
    assert verify(TEXT) == sha256("".join(others).encode()).hexdigest()


def test_sealing_adds_one_line_that_verifies() -> None:
    sealed = seal('{\n  "a": 1\n}\n')
    assert sealed.splitlines()[2:] == ['  "a": 1', "}"]
    assert verify(sealed)


@given(st.integers(0, len(TEXT) - 1), st.just("") | st.characters(codec="utf-8"))
def test_detects_any_changed_or_deleted_character(position: int, character: str) -> None:
    changed = TEXT[:position] + character + TEXT[position + 1 :]
    assume(changed != TEXT)
    with pytest.raises(ScorecardAltered):
        verify(changed)


@pytest.mark.parametrize(("text", "count"), [("{}\n", 0), (seal(TEXT), 2)])
def test_rejects_a_text_without_exactly_one_seal(text: str, count: int) -> None:
    with pytest.raises(ScorecardAltered, match=f"exactly one sha256 line, and has {count}"):
        verify(text)
