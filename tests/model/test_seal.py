from hashlib import sha256

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from model import ARTIFACTS, SCORECARD_FILE, ScorecardAltered, seal
from model.seal import verify

TEXT = (ARTIFACTS / SCORECARD_FILE).read_text(encoding="utf-8")


def test_the_digest_is_that_of_all_other_lines() -> None:
    others = [line for line in TEXT.splitlines(keepends=True) if line[:10] != '  "sha256"']
    assert len(others) == TEXT.count("\n") - 1
    assert verify(TEXT) == sha256("".join(others).encode()).hexdigest()


def test_sealing_adds_one_line() -> None:
    assert seal('{\n  "a": 1\n}\n').splitlines()[2:] == ['  "a": 1', "}"]
    assert verify(seal('{\n  "a": 1\n}\n'))


@given(st.integers(0, len(TEXT) - 1), st.characters(codec="utf-8"))
def test_any_changed_character_is_found(position: int, character: str) -> None:
    changed = TEXT[:position] + character + TEXT[position + 1 :]
    assume(changed != TEXT)
    with pytest.raises(ScorecardAltered):
        verify(changed)


@given(st.integers(0, len(TEXT) - 1))
def test_any_lost_character_is_found(position: int) -> None:
    with pytest.raises(ScorecardAltered):
        verify(TEXT[:position] + TEXT[position + 1 :])


def test_a_second_seal_is_found() -> None:
    with pytest.raises(ScorecardAltered, match="exactly one sha256 line, and has 2"):
        verify(seal(TEXT))


def test_a_file_without_a_seal_is_found() -> None:
    with pytest.raises(ScorecardAltered, match="exactly one sha256 line, and has 0"):
        verify("{}\n")
