import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.parsing import parse_values

NOT_A_NUMBER = "a measurement must be a decimal number"
OUT_OF_BOUNDS = "a measurement must be a finite number, 0 or more"


@given(st.lists(st.floats(min_value=0, allow_infinity=False), min_size=1))
def test_what_python_and_json_write_is_read_exactly(values: list[float]) -> None:
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
def test_what_spreadsheets_and_r_write_is_read(text: str, value: float) -> None:
    assert parse_values([text]) == (value,)


@pytest.mark.parametrize(
    "text",
    ["", " ", "1_000", "0x1A", "1,866", "1,866.0", "1 866", "12,5", "true", "1e", "--1"],
)
def test_what_is_not_plainly_a_number_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=f"^{NOT_A_NUMBER}$"):
        parse_values(["1", text])


@pytest.mark.parametrize(
    "text",
    [
        "\N{FULLWIDTH DIGIT ONE}",
        "\N{ARABIC-INDIC DIGIT ONE}",
        "1\N{NO-BREAK SPACE}",
        "1\N{ZERO WIDTH NO-BREAK SPACE}",
        "\N{MINUS SIGN}0",
    ],
)
def test_what_is_not_ascii_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=f"^{NOT_A_NUMBER}$"):
        parse_values(["1", text])


@pytest.mark.parametrize("text", ["nan", "NaN", "inf", "-Infinity", "1e999", "-1", "-5e-324"])
@pytest.mark.parametrize("position", [0, 1, 2])
def test_what_is_no_measurement_is_refused_wherever_it_is(text: str, position: int) -> None:
    texts = ["0", "7"]
    texts.insert(position, text)
    with pytest.raises(ValueError, match=f"^{OUT_OF_BOUNDS}$"):
        parse_values(texts)
