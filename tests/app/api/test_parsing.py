import json
import tracemalloc

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.api.errors import MISSING_VALUES, InvalidBody
from app.api.parsing import (
    DUPLICATE_KEY,
    MAX_ROWS,
    not_a_batch,
    parse_batch,
    parse_observation,
)
from app.api.schemas import EXAMPLES, ErrorResponse
from app.settings import Settings

VALUES = tuple(EXAMPLES["malignant"].values())
VALID = json.dumps(EXAMPLES["malignant"]).encode()
PAIRS = [(f'"{name}"', str(value)) for name, value in EXAMPLES["malignant"].items()]
ESCAPED = '"worstAre\\u0061"'
"""Another JSON spelling of the key `worstArea`."""
BODY_LIMIT = Settings().body_limit
NOT_A_NUMBER = "'worstArea' must be a finite number, 0 or more"
MEASURED = "7318529"
"""A value that no message may repeat."""

exponents = st.integers(-340, 270)
numbers = (
    st.floats(min_value=0, allow_infinity=False).map(repr)
    | st.integers(0, 10**30).map(str)
    | st.builds("{}.{}e{}".format, st.integers(0, 10**25), st.integers(0, 10**25), exponents)
)
odd_values = st.sampled_from(
    [
        "NaN", "Infinity", "-Infinity", "1e999", "-0", "-1", "-1e-300", "null", "true", '"1"',
        '"\\""', "[]", "{}", '{"a": 1, "a": 1}', "9" * 400, "9" * 5000, "-" + "9" * 5000,
        "[" * 300 + "]" * 300, '"worstArea"',
    ]
)  # fmt: skip
keys = st.sampled_from(
    [*dict(PAIRS), ESCAPED, '"a"', '"meanRadius"', '""', '"\\ud800"', '"é"', '"\\""']
)
pairs = st.tuples(keys, numbers | odd_values)
valid = st.tuples(*[numbers] * 5).map(lambda texts: [*zip(dict(PAIRS), texts, strict=True)])
changed = st.builds(lambda first, new: [*dict([*first, new]).items()], valid, pairs)
extended = st.builds(lambda first, new: [*first, new], valid, pairs)
shortened = st.builds(lambda first, at: first[:at] + first[at + 1 :], valid, st.integers(0, 4))
duplicated = valid.map(lambda first: [*first, first[0]])


def json_object(pairs: list[tuple[str, str]]) -> bytes:
    """Return a JSON object, which may have duplicate keys."""
    return ("{" + ", ".join(f"{key}: {value}" for key, value in pairs) + "}").encode()


def json_array(rows: list[bytes]) -> bytes:
    return b"[" + b",".join(rows) + b"]"


rows = (valid | changed | extended | duplicated | shortened | st.lists(pairs, max_size=7)).map(
    json_object
) | (numbers | odd_values).map(str.encode)


def parse(body: bytes) -> str:
    """Return the observation in ``body`` as text, or the reason for rejecting it."""
    try:
        return repr(parse_observation(body))  # As text, 0.0 differs from -0.0.
    except InvalidBody as error:
        return str(error.detail)


def parse_rows(body: bytes) -> list[str]:
    """Return each row of the batch in ``body`` as text, or the reason for rejecting it."""
    parsed = parse_batch(body, MAX_ROWS)
    return [row.reason if isinstance(row, ErrorResponse) else repr(row) for row in parsed]


def with_area(text: str) -> bytes:
    """Return an observation with ``text`` as its `worstArea`."""
    return json_object([(key, text if key == '"worstArea"' else value) for key, value in PAIRS])


def test_values_are_in_the_order_of_the_model() -> None:
    assert parse_observation(VALID) == VALUES
    assert parse_observation(json_object(PAIRS[::-1])) == VALUES
    assert parse_observation(VALID.replace(b'"worstArea"', ESCAPED.encode())) == VALUES


@pytest.mark.parametrize(
    "body",
    [
        b"", b"not JSON", b"{", b"[1, 2, 3, 4, 5]", b'"text"', b"null", b"0.07951", b"{}",
        b'{"worstArea": "\xff"}', b"\xc3", VALID.decode().encode("utf-16"), b"[" * 100_000,
        b'{"worstArea": ' + b"1" * 5000 + b"}", b'{"worstArea": ' + b"[" * 100_000,
        with_area("[" * 100_000 + "]" * 100_000),
        *(json_object(PAIRS[:at] + PAIRS[at + 1 :]) for at in range(5)),
    ],
    ids=lambda body: f"{body[:20]!r}, {len(body)} bytes",
)  # fmt: skip
def test_rejects_a_body_that_is_not_an_observation(body: bytes) -> None:
    assert parse(body) == MISSING_VALUES


@pytest.mark.parametrize("key", dict(PAIRS))
@pytest.mark.parametrize(
    "text",
    [
        f'"{MEASURED}"', f"-{MEASURED}", f"[{MEASURED}]", f'{{"a": {MEASURED}}}',
        '{"worstArea": 1, "worstArea": 2}', '"\\"worstArea\\": 1, \\"worstArea\\": 2"',
        "true", "null", "NaN", "Infinity", "-Infinity", "1e999", "-1e-300", "9" * 400, "9" * 5000,
        "-" + "9" * 5000, "[" * 300 + "]" * 300,
    ],
    ids=lambda text: text[:40],
)  # fmt: skip
def test_rejects_an_invalid_value_by_name_without_repeating_it(key: str, text: str) -> None:
    reason = parse(json_object([*{**dict(PAIRS), key: text}.items()]))
    assert reason == NOT_A_NUMBER.replace("worstArea", key.strip('"'))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1866", 1866.0),
        ("0", 0.0),
        ("1e3", 1000.0),
        ("0." + "0" * 5000 + "1", 0.0),
        ("1" + "0" * 300, 1e300),
    ],
    ids=lambda each: str(each)[:20],
)
def test_accepts_any_spelling_of_a_number(text: str, value: float) -> None:
    assert parse_observation(with_area(text))[3] == value


@pytest.mark.parametrize("key", ["meanRadius", "mean_concave_points", "WorstArea"])
def test_rejects_unknown_keys(key: str) -> None:
    reason = parse(json_object([*PAIRS, (f'"{key}"', MEASURED)]))
    assert reason.startswith(f"'{key}' is not a feature; 'body' takes only: meanConcave")
    assert MEASURED not in reason


@pytest.mark.parametrize(
    "pairs",
    [
        [('"worstArea"', "1"), *PAIRS],
        [*PAIRS, PAIRS[3]],
        [*PAIRS, (ESCAPED, "1")],
        [(ESCAPED, '"text"'), *PAIRS],
        [*PAIRS, ('"meanRadius"', "1"), ('"meanRadius"', "2")],
        [PAIRS[0], PAIRS[0]],
        [*PAIRS, *PAIRS],  # As many quotes as two observations.
    ],
    ids=["before", "after", "escaped", "escaped text", "unknown", "incomplete", "all"],
)
def test_rejects_duplicate_keys(pairs: list[tuple[str, str]]) -> None:
    body = json_object(pairs)
    assert parse(body) == DUPLICATE_KEY
    assert parse_rows(json_array([body])) == [DUPLICATE_KEY]
    assert parse_rows(json_array([VALID, body])) == [repr(VALUES), DUPLICATE_KEY]


def test_an_incomplete_row_does_not_hide_a_duplicate_key() -> None:
    """Together they have as many quotes as two valid rows."""
    batch = json_array([json_object([*PAIRS, PAIRS[0]]), json_object(PAIRS[:4])])
    assert parse_rows(batch) == [DUPLICATE_KEY, MISSING_VALUES]


def test_the_strategy_generates_valid_and_invalid_rows() -> None:
    outcomes = {"(", DUPLICATE_KEY, MISSING_VALUES, "must be a finite number", "is not a feature"}
    found: set[str] = set()

    @settings(max_examples=3000, database=None, derandomize=True)
    @given(rows)
    def collect(row: bytes) -> None:
        found.update(outcome for outcome in outcomes if outcome in parse(row))

    collect()
    assert found == outcomes


@settings(max_examples=300)
@given(st.lists(rows, min_size=1, max_size=6))
@example([VALID, b"9" * 5000, VALID])
@example([json_object([*PAIRS, ('"\\ud800"', "1")]), VALID])
@example([json_object([(ESCAPED, "1"), *PAIRS]), VALID])
@example([json_object([*PAIRS[:4], (PAIRS[4][0], "-0")]), b"null"])
@example([b'{"a": 1, "b": 2, "c": 3, "d": 4, "e": 5}'])
def test_each_row_is_parsed_as_by_itself(batch: list[bytes]) -> None:
    assert parse_rows(json_array(batch)) == [parse(row) for row in batch]


@settings(max_examples=300)
@given(valid)
def test_both_parsers_read_the_same_numbers(pairs: list[tuple[str, str]]) -> None:
    """Pydantic parses valid bodies, and `json` those with an invalid row."""
    row = json_object(pairs)
    expected = repr(tuple(float(text) for _, text in pairs))
    assert parse_rows(json_array([row])) == [expected]
    assert parse_rows(json_array([row, b"null"])) == [expected, MISSING_VALUES]


@pytest.mark.parametrize(
    "body",
    [
        b"", b"[]", b"null", b"{}", b"[null", b'"text"', VALID, VALID.replace(b"{", b"["),
        json_array([VALID]) + b"x", json_array([VALID]).decode().encode("utf-16"), b"\xc3",
        b'[{"worstArea": "\xff"}]',
        b"[" + b"1," * (BODY_LIMIT // 2 - 2) + b"1]",
        b"[" + b"{}," * (BODY_LIMIT // 3 - 2) + b"{}]",
        b"[" * BODY_LIMIT,
        b"[" + b"[" * 100_000 + b"]" * 100_000 + b"]",
    ],
    ids=lambda body: f"{body[:12]!r}, {len(body)} bytes",
)  # fmt: skip
def test_rejects_a_body_that_is_not_a_batch(body: bytes) -> None:
    with pytest.raises(InvalidBody) as rejected:
        parse_batch(body, MAX_ROWS)
    assert rejected.value.detail == not_a_batch(MAX_ROWS)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"[{%b}]" % b",".join(b'"%x":1' % key for key in range(180_000)), MISSING_VALUES),
        (b"[%b]" % b",".join([b'{"a":1}'] * (BODY_LIMIT // 8 - 1)), not_a_batch(MAX_ROWS)),
    ],
    ids=["180,000 keys", "262,000 objects"],
)
def test_a_hostile_body_takes_little_memory(body: bytes, expected: str) -> None:
    """Pydantic would describe each key: 300 MB for the first of these."""
    tracemalloc.start()
    try:
        [reason] = parse_rows(body)
    except InvalidBody as error:
        reason = error.detail
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert reason == expected
    assert peak < 60 * len(body)
