import csv
from io import StringIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from app.api.errors import MISSING_VALUES, validation_reason
from app.api.schemas import EXAMPLES, FEATURE_NAMES, Observation
from app.scoring.csv_file import RESULT_COLUMNS, WRONG_LENGTH, CsvFile, InvalidCsv, Result
from model import FEATURES, Scorecard

HEADER = ",".join(FEATURE_NAMES)
MALIGNANT = ",".join(map(str, EXAMPLES["malignant"].values()))
RESULT = "1,0.9321047478095427,malignant,200,OK"
CANARY = "7318529"

measurements = st.floats(min_value=0, allow_infinity=False)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
other_columns = st.lists(texts.map(lambda text: f"{text}?"), max_size=3)


def score(text: str, scorecard: Scorecard, *, decimal_comma: bool = False) -> str:
    source = StringIO(text, newline="")
    return "".join(CsvFile(source, scorecard, decimal_comma=decimal_comma).scored_lines())


def parse(text: str, delimiter: str = ",") -> list[list[str]]:
    return list(csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True))


def results(rows: list[str], scorecard: Scorecard) -> list[Result]:
    """Return the result of each of ``rows``, which hold only measurements."""
    scored = parse(score("\n".join([HEADER, *rows]), scorecard))
    return [Result(*row[len(FEATURE_NAMES) :]) for row in scored[1:]]


def api_reason(cells: tuple[str, ...]) -> str:
    """Return the API's reason for an observation with the numbers in ``cells``."""
    body: dict[str, Any] = {}
    for name, text in zip(FEATURE_NAMES, cells, strict=True):
        if text.strip():
            try:
                body[name] = float(text)
            except ValueError:
                body[name] = text
    try:
        TypeAdapter(Observation).validate_python(body)
    except ValidationError as error:
        return validation_reason([{**each} for each in error.errors()])
    return "OK"


def expected_result(values: tuple[float, ...], scorecard: Scorecard) -> Result:
    label, probability = scorecard.label(values), scorecard.probability(values)
    return Result(str(label), repr(probability), scorecard.decision(values), "200", "OK")


@given(st.sampled_from(",;\t"), st.sampled_from(["\n", "\r\n"]), st.data())
def test_adds_the_models_result_to_any_table(
    scorecard: Scorecard, delimiter: str, ending: str, data: Any
) -> None:
    quoting = data.draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]))
    header = data.draw(st.permutations([*FEATURE_NAMES, *data.draw(other_columns)]))
    observations = data.draw(st.lists(st.tuples(*[measurements] * 5), max_size=5))
    file = StringIO(newline="")
    writer = csv.writer(file, delimiter=delimiter, quoting=quoting, lineterminator="\r\n")
    writer.writerow(header)
    for values in observations:
        named = dict(zip(FEATURE_NAMES, values, strict=True))
        writer.writerow(named[name] if name in named else data.draw(texts) for name in header)
    text = file.getvalue().replace("\r\n", ending)

    before = parse(text, delimiter)
    after = parse(score(text, scorecard), delimiter)

    assert [row[: len(header)] for row in after] == before
    assert [tuple(row[len(header) :]) for row in after] == [
        RESULT_COLUMNS,
        *(expected_result(values, scorecard) for values in observations),
    ]


def test_keeps_every_character_of_the_input(scorecard: Scorecard) -> None:
    text = f'"note",{HEADER}\r\n "a",{MALIGNANT}\r\n"b\n""c""",+7.951e-2 ,"24.860",26.58,1866,.01\n'
    assert score(text, scorecard) == (
        f'"note",{HEADER},{",".join(RESULT_COLUMNS)}\r\n'
        f' "a",{MALIGNANT},{RESULT}\r\n'
        f'"b\n""c""",+7.951e-2 ,"24.860",26.58,1866,.01,{RESULT}\n'
    )


@given(
    st.tuples(
        *[
            st.floats(width=16).map(str)
            | st.sampled_from(["", " ", "-1", "1e999", "nan", "x", "1,5", "true", "0", "-0.0"])
        ]
        * 5
    )
)
def test_rejects_what_the_api_rejects_for_the_same_reason(
    scorecard: Scorecard, cells: tuple[str, ...]
) -> None:
    row = ",".join(f'"{cell}"' for cell in cells)
    before, result, after = results([MALIGNANT, row, MALIGNANT], scorecard)
    assert ",".join(before) == ",".join(after) == RESULT
    assert result.reason == api_reason(cells)
    if result.reason != "OK":
        assert result[:4] == ("", "", "", "400")


def test_an_empty_cell_is_a_missing_value(scorecard: Scorecard) -> None:
    rejected = Result("", "", "", "400", MISSING_VALUES)
    assert results(["1,2,3,,5", ",,,,"], scorecard) == [rejected, rejected]


@pytest.mark.parametrize("value", [f"{CANARY}x", f"-{CANARY}", f"{CANARY}e999", f"{CANARY}_0"])
def test_a_reason_repeats_no_value(value: str, scorecard: Scorecard) -> None:
    [result] = results([f"1,2,3,{value},5"], scorecard)
    assert result == Result("", "", "", "400", "'worstArea' must be a finite number, 0 or more")


def test_rejects_rows_of_another_length_with_their_result_in_its_columns(
    scorecard: Scorecard,
) -> None:
    text = score(f'{HEADER},note\n1,"a\nb"\n\n{MALIGNANT},a,b,"c,d"\n', scorecard)
    _, short, blank, long = parse(text)
    assert short == ["1", "a\nb", "", "", "", "", *WRONG_LENGTH]
    assert blank == []
    assert long == [*MALIGNANT.split(","), "a", *WRONG_LENGTH, "b", "c,d"]


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_keeps_line_endings_and_adds_a_missing_last_one(ending: str, scorecard: Scorecard) -> None:
    text = score(f"{HEADER}{ending}{MALIGNANT}{ending}1", scorecard)
    header, row, last = text.splitlines(keepends=True)
    assert header.endswith(f",reason{ending}")
    assert row == f"{MALIGNANT},{RESULT}{ending}"
    assert last.endswith(f",{WRONG_LENGTH.reason}{ending}")


def test_a_header_alone_gets_a_line_ending(scorecard: Scorecard) -> None:
    assert score(HEADER, scorecard) == f"{HEADER},{','.join(RESULT_COLUMNS)}\n"


def test_keeps_the_byte_order_mark(scorecard: Scorecard) -> None:
    text = score(f'\ufeff"meanConcavePoints"{HEADER[17:]}\n{MALIGNANT}\n', scorecard)
    assert text.startswith('\ufeff"meanConcavePoints",worst')
    assert text.endswith(f"{MALIGNANT},{RESULT}\n")


def test_a_column_name_may_have_line_breaks(scorecard: Scorecard) -> None:
    header = f'"patient\n(number)";"site\r\n";{HEADER.replace(",", ";")}'
    text = f"{header}\r\n1;2;{MALIGNANT.replace(',', ';')}\r\n"
    assert score(text, scorecard).endswith(f";{RESULT.replace(',', ';')}\r\n")


def test_accepts_the_data_sets_column_names(scorecard: Scorecard) -> None:
    header = ",".join(feature.column for feature in FEATURES)
    assert score(f"{header}\n{MALIGNANT}\n", scorecard).endswith(f"{MALIGNANT},{RESULT}\n")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "its header has no column for: meanConcavePoints, worstRadius, worstTexture, "),
        (f"{MALIGNANT}\n1\n", "its header has no column for: meanConcavePoints, "),
        (HEADER.replace("worstArea", "worstarea"), "its header has no column for: worstArea$"),
        (f"{HEADER},worstArea\n", "its header has more than one column for: worstArea$"),
        (f"{HEADER},worst area\n", "its header has more than one column for: worstArea$"),
        (f"reason,{HEADER}, status", "it already has the result columns: status, reason$"),
        (HEADER.replace(",", "|"), "its header has no column for: "),
        (f'"{HEADER}\n1\n', "the row from line 1 on is not CSV: unexpected end of data$"),
    ],
)
def test_rejects_an_ambiguous_or_incomplete_header(
    text: str, message: str, scorecard: Scorecard
) -> None:
    with pytest.raises(InvalidCsv, match=f"^{message}"):
        CsvFile(StringIO(text, newline=""), scorecard)


@pytest.mark.parametrize("row", ['"1"2,3', '"1" ,2', f'{MALIGNANT},"a', '"a\nb'])
def test_rejects_a_file_with_unmatched_quotes(row: str, scorecard: Scorecard) -> None:
    with pytest.raises(InvalidCsv, match=r"^the row from line 4 on is not CSV: "):
        score(f'{HEADER},n\n{MALIGNANT},"a\nb"\n{row}\n', scorecard)


def test_stops_reading_after_an_unmatched_quote(scorecard: Scorecard) -> None:
    rest = f"{MALIGNANT}\n" * 10_000
    source = StringIO(f'{HEADER}\n"{rest}', newline="")
    with pytest.raises(InvalidCsv, match="field larger than field limit"):
        list(CsvFile(source, scorecard).scored_lines())
    assert source.tell() < 150_000


@pytest.mark.parametrize(
    ("row", "result"),
    [
        ("0,07951;24,86;26,58;1866;0,01", RESULT.replace(",", ";")),
        ("1;2;3;1.866;5", ";;;400;'worstArea' must be a finite number, 0 or more"),
        ("1;2;3;1.866,0;5", ";;;400;'worstArea' must be a finite number, 0 or more"),
        ("1;2;3;1 866;5", ";;;400;'worstArea' must be a finite number, 0 or more"),
    ],
)
def test_a_decimal_comma_excludes_a_decimal_point(
    row: str, result: str, scorecard: Scorecard
) -> None:
    text = f"{HEADER.replace(',', ';')}\n{row}\n"
    assert score(text, scorecard, decimal_comma=True).endswith(f"\n{row};{result}\n")


def test_counts_rows_by_result_and_rejected_rows_with_a_comma(scorecard: Scorecard) -> None:
    text = f'{HEADER}\n{MALIGNANT}\n1\n\n,,,,\n1,2,3,"1,866",5\n1,2,3,x,5\n{MALIGNANT}\n'
    file = CsvFile(StringIO(text, newline=""), scorecard)
    list(file.scored_lines())
    assert file.counts == {("1", "malignant"): 2, ("", ""): 4}
    assert file.rejected_with_comma == 1
