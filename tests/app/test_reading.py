"""What is read from the bytes of a request, one observation or many."""

import json
import tracemalloc

import httpx
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.answers import MISSING_VALUES
from app.errors import REASONS, Refused
from app.observation import EXAMPLES
from app.reading import GIVEN_TWICE, NOT_A_BATCH, ROWS, many

PATHS = ["/predict", "/explain", "/predict/batch", "/explain/batch", "/"]
BATCHES = ["/predict/batch", "/explain/batch"]
GOOD = json.dumps(EXAMPLES["malignant"]).encode()
PAIRS = [(f'"{name}"', str(value)) for name, value in EXAMPLES["malignant"].items()]
# How a JSON text may spell the key again.
ESCAPED = '"worstAre\\u0061"'
LIMIT = 2 * 1024 * 1024

exponents = st.integers(-340, 270)
number_texts = (
    st.floats(min_value=0, allow_infinity=False).map(repr)
    | st.integers(0, 10**30).map(str)
    | st.builds("{}.{}e{}".format, st.integers(0, 10**25), st.integers(0, 10**25), exponents)
)
odd_texts = st.sampled_from(
    [
        "NaN", "Infinity", "-Infinity", "1e999", "-0", "-1", "-1e-300", "null", "true", '"1"',
        '"\\""', "[]", "{}", '{"a": 1, "a": 1}', "9" * 400, "9" * 5000, "-" + "9" * 5000,
        "[" * 300 + "]" * 300, '"worstArea"',
    ]
)  # fmt: skip
names = st.sampled_from([key for key, _ in PAIRS])
keys = names | st.sampled_from([ESCAPED, '"a"', '"meanRadius"', '""', '"\\ud800"', '"é"', '"\\""'])
value_texts = number_texts | odd_texts


def written(pairs: list[tuple[str, str]]) -> bytes:
    """Return a JSON object of texts, in which a key may be twice."""
    return ("{" + ", ".join(f"{key}: {value}" for key, value in pairs) + "}").encode()


right = st.tuples(*[number_texts] * 5).map(
    lambda values: [(key, value) for (key, _), value in zip(PAIRS, values, strict=True)]
)
replaced = st.builds(
    lambda pairs, new: [*dict([*pairs, new]).items()], right, st.tuples(keys, value_texts)
)
added = st.builds(lambda pairs, new: [*pairs, new], right, st.tuples(keys, value_texts))
dropped = st.builds(
    lambda pairs, place: pairs[:place] + pairs[place + 1 :], right, st.integers(0, 4)
)
anything = st.lists(st.tuples(keys, value_texts), max_size=7)
twice = right.map(lambda pairs: [*pairs, pairs[0]])
rows = (right | replaced | added | twice | dropped | anything).map(written) | value_texts.map(
    str.encode
)


def test_the_strategy_for_rows_makes_good_and_bad_ones(client: httpx.Client) -> None:
    found = set()

    @settings(max_examples=300, database=None, derandomize=True)
    @given(rows)
    def gather(row: bytes) -> None:
        found.add(client.post("/predict", content=row).json()["reason"].partition(":")[0])

    gather()
    assert {"OK", GIVEN_TWICE, MISSING_VALUES.partition(":")[0]} < found


@settings(max_examples=100)
@given(st.lists(rows, min_size=1, max_size=6))
@example([GOOD, b"9" * 5000, GOOD])
@example([written([*PAIRS, ('"\\ud800"', "1")]), GOOD])
@example([written([(ESCAPED, "1"), *PAIRS]), GOOD])
@example([written([*PAIRS[:4], (PAIRS[4][0], "-0")]), b"null"])
@example([b'{"a": 1, "b": 2, "c": 3, "d": 4, "e": 5}'])
def test_a_batch_is_answered_as_its_rows_are_one_by_one(
    client: httpx.Client, batch: list[bytes]
) -> None:
    for path in ("/predict", "/explain"):
        single = [client.post(path, content=row).content for row in batch]
        together = client.post(f"{path}/batch", content=b"[" + b",".join(batch) + b"]")
        assert together.status_code == 200
        assert together.content == b"[" + b",".join(single) + b"]"


@settings(max_examples=100)
@given(right)
def test_a_number_is_the_same_number_beside_a_bad_row(
    client: httpx.Client, pairs: list[tuple[str, str]]
) -> None:
    """Where all rows are good, another parser reads them."""
    row = written(pairs)
    for content in (b"[%b]" % row, b"[%b, null]" % row):
        answer = client.post("/explain/batch", content=content).json()[0]
        values = {each["feature"]: each["value"] for each in answer["contributions"]}
        assert values == {key.strip('"'): float(value) for key, value in pairs}


@pytest.mark.parametrize("path", BATCHES)
@pytest.mark.parametrize("row", [GOOD, b"null"])
@pytest.mark.parametrize("number", [1, ROWS])
def test_a_batch_of_the_fewest_and_of_the_most(
    client: httpx.Client, path: str, row: bytes, number: int
) -> None:
    single = client.post(path.removesuffix("/batch"), content=row)
    response = client.post(path, content=b"[" + b",".join([row] * number) + b"]", timeout=60)
    assert response.status_code == 200
    assert response.content == b"[" + b",".join([single.content] * number) + b"]"


@pytest.mark.parametrize("path", BATCHES)
@pytest.mark.parametrize(
    "content",
    [
        b"[" + b",".join([GOOD] * (ROWS + 1)) + b"]",
        b"[" + b",".join([b"null"] * (ROWS + 1)) + b"]",
        b"[" + b"1," * (LIMIT // 2 - 2) + b"1]",
        b"[" + b"{}," * (LIMIT // 3 - 2) + b"{}]",
        b"[" * LIMIT,
        b"[]",
        b"",
        b"null",
        b"{}",
        GOOD,
        b"[" + GOOD,
        b"[" + GOOD + b"] [",
        b"[" + GOOD + b",]",
        b"[\xff]",
        json.dumps([EXAMPLES["malignant"]]).encode("utf-16"),
        b"[" + b"[" * 100_000 + b"]" * 100_000 + b"]",
    ],
    ids=lambda content: f"{content[:8]!r} and so on, {len(content)} bytes",
)
def test_what_is_no_batch_is_refused_as_a_whole(
    client: httpx.Client, path: str, content: bytes
) -> None:
    response = client.post(path, content=content, timeout=60)
    assert response.status_code == 400
    assert response.json() == {"reason": NOT_A_BATCH, "prediction": "", "status": "400"}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"[{%b}]" % b",".join(b'"%x":1' % key for key in range(180_000)), MISSING_VALUES),
        (b"[%b]" % b",".join([b'{"a":1}'] * (LIMIT // 8 - 1)), NOT_A_BATCH),
    ],
    ids=["180,000 keys", "262,000 objects"],
)
def test_a_hostile_body_takes_little_memory(content: bytes, reason: str) -> None:
    """Pydantic would describe each key: 300 MB for the first of these."""
    tracemalloc.start()
    try:
        [found] = {*map(str, many(content))}
    except Refused as refused:
        found = str(refused)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert reason in found
    assert peak < 60 * len(content)


@pytest.mark.parametrize(
    "pairs",
    [
        [('"worstArea"', "1"), *PAIRS],
        [*PAIRS, PAIRS[3]],
        [*PAIRS, (ESCAPED, "1")],
        [(ESCAPED, '"text"'), *PAIRS],
        [*PAIRS, ('"meanRadius"', "1"), ('"meanRadius"', "2")],
        [PAIRS[0], PAIRS[0]],
        [*PAIRS, *PAIRS],  # As many quotation marks as two observations.
    ],
)
def test_a_key_given_twice_is_refused(client: httpx.Client, pairs: list[tuple[str, str]]) -> None:
    content = written(pairs)
    expected = {"reason": GIVEN_TWICE, "prediction": "", "status": "400"}
    for path in ("/predict", "/explain", "/"):
        response = client.post(path, content=content)
        assert (response.status_code, response.json()) == (400, expected)
    for path in BATCHES:
        alone = client.post(path, content=b"[%b]" % content)
        beside = client.post(path, content=b"[%b, %b]" % (GOOD, content))
        assert (alone.status_code, alone.json()) == (200, [expected])
        assert beside.json()[1] == expected
        assert beside.json()[0]["reason"] == "OK"


def test_a_row_that_is_short_of_keys_does_not_hide_one_given_twice(client: httpx.Client) -> None:
    """Together they have as many quotation marks as two good rows."""
    twice = written([*PAIRS, PAIRS[0]])
    short = written(PAIRS[:4])
    answers = client.post("/predict/batch", content=b"[%b, %b]" % (twice, short)).json()
    assert [answer["reason"] for answer in answers] == [GIVEN_TWICE, MISSING_VALUES]


@pytest.mark.parametrize(
    ("pairs", "reason"),
    [
        ([(ESCAPED if key == '"worstArea"' else key, value) for key, value in PAIRS], "OK"),
        (
            [*PAIRS[:3], ('"worstArea"', '"\\"worstArea\\": 1, \\"worstArea\\": 2"'), PAIRS[4]],
            "'worstArea' must be a finite number, 0 or more",
        ),
        (
            [*PAIRS[:3], ('"worstArea"', '{"worstArea": 1, "worstArea": 2}'), PAIRS[4]],
            "'worstArea' must be a finite number, 0 or more",
        ),
        ([*PAIRS[:3], ('"worstArea"', "9" * 5000), PAIRS[4]],
         "'worstArea' must be a finite number, 0 or more"),
        ([*PAIRS[:3], ('"worstArea"', "-" + "9" * 5000), PAIRS[4]],
         "'worstArea' must be a finite number, 0 or more"),
        ([*PAIRS[:3], ('"worstArea"', "0." + "0" * 5000 + "1"), PAIRS[4]], "OK"),
        ([*PAIRS[:3], ('"worstArea"', "[" * 300 + "]" * 300), PAIRS[4]],
         "'worstArea' must be a finite number, 0 or more"),
        ([*PAIRS[:3], ('"worstArea"', "[" * 100_000 + "]" * 100_000), PAIRS[4]], MISSING_VALUES),
    ],
    ids=["escaped", "text", "nested", "digits", "minus", "fraction", "deep", "too deep"],
)  # fmt: skip
def test_a_key_given_once(client: httpx.Client, pairs: list[tuple[str, str]], reason: str) -> None:
    assert client.post("/predict", content=written(pairs)).json()["reason"] == reason


@pytest.mark.parametrize("path", PATHS)
def test_a_byte_order_mark_is_skipped_once(client: httpx.Client, path: str) -> None:
    content = b"[%b]" % GOOD if path in BATCHES else GOOD
    plain = client.post(path, content=content)
    marked = client.post(path, content=b"\xef\xbb\xbf" + content)
    assert marked.status_code == 200
    assert marked.content == plain.content
    assert client.post(path, content=b"\xef\xbb\xbf" * 2 + content).status_code == 400


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "content", [b'{"worstArea": "\xff"}', b"\xc3", GOOD.decode().encode("utf-16")]
)
def test_a_body_that_is_not_utf_8(client: httpx.Client, path: str, content: bytes) -> None:
    response = client.post(path, content=content)
    reason = NOT_A_BATCH if path in BATCHES else MISSING_VALUES
    assert (response.status_code, response.json()["reason"]) == (400, reason)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        (None, 200),
        ("application/json", 200),
        ("APPLICATION/JSON", 200),
        ("application/json; charset=utf-8", 200),
        ("application/vnd.clinic+json", 200),
        ("text/json", 415),
        ("text/plain", 415),
        ("application/x-www-form-urlencoded", 415),
        ("multipart/form-data; boundary=a", 415),
        ("application/jsonp", 415),
        ("nonsense", 415),
        (";", 415),
    ],
)
def test_only_a_body_that_is_said_to_be_something_else_is_refused(
    client: httpx.Client, path: str, content_type: str | None, status: int
) -> None:
    headers = {"content-type": content_type} if content_type else {}
    content = b"[%b]" % GOOD if path in BATCHES else GOOD
    response = client.post(path, content=content, headers=headers)
    assert response.status_code == status
    if status == 415:
        assert response.json() == {"reason": REASONS[415], "prediction": "", "status": "415"}
