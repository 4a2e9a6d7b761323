import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.parsing import parse_values


@given(st.lists(st.floats(min_value=0, allow_infinity=False), min_size=1))
def test_parses_numbers_of_python_and_json_exactly(values: list[float]) -> None:
    assert parse_values([repr(value) for value in values]) == tuple(values)
    assert parse_values([json.dumps(value) for value in values]) == tuple(values)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (" 24.86\t", 24.86),
        ("1.866E+03", 1866.0),
        ("1e-05", 0.00001),
        ("+1", 1.0),
        (".5", 0.5),
        ("5.", 5.0),
        ("007", 7.0),
        ("-0.0", 0.0),
        ("1e-999", 0.0),
    ],
)
def test_parses_numbers_of_spreadsheets_and_r(text: str, value: float) -> None:
    assert parse_values([text]) == (value,)


NOT_NUMBERS = ["", " ", "1_000", "0x1A", "1,866", "1,866.0", "1 866", "12,5", "true", "1e", "--1"]
NOT_ASCII = [
    "\N{FULLWIDTH DIGIT ONE}",
    "\N{ARABIC-INDIC DIGIT ONE}",
    "1\N{NO-BREAK SPACE}",
    "1\N{ZERO WIDTH NO-BREAK SPACE}",
    "\N{MINUS SIGN}0",
]
OUT_OF_BOUNDS = ["nan", "NaN", "inf", "-Infinity", "1e999", "-1", "-5e-324"]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        *((text, "decimal number") for text in NOT_NUMBERS + NOT_ASCII),
        *((text, "finite number, 0 or more") for text in OUT_OF_BOUNDS),
    ],
)
@pytest.mark.parametrize("position", [0, 1, 2])
def test_rejects_other_text_in_any_position(text: str, kind: str, position: int) -> None:
    texts = ["0", "7"]
    texts.insert(position, text)
    with pytest.raises(ValueError, match=f"^a measurement must be a {kind}$"):
        parse_values(texts)
