import csv
from collections.abc import Iterable
from io import StringIO
from math import isfinite
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from app.answers import MISSING_VALUES
from app.errors import explain
from app.observation import EXAMPLES, FEATURE_NAMES, Observation
from app.sheet import RAGGED, Answer, Sheet, SheetUnreadable
from model import FEATURES, Scorecard

HEADER = ",".join(FEATURE_NAMES)
MALIGNANT = ",".join(map(str, EXAMPLES["malignant"].values()))
PREDICTED = "1,0.9321047478095427,malignant,200,OK"
CANARY = "7318529"

measured = st.floats(min_value=0, allow_infinity=False)
foreign = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
# Names that are nobody's: no measurement's, no answer's.
others = st.lists(foreign.map(lambda text: f"{text}?"), max_size=3)


def scored(text: str, scorecard: Scorecard, *, decimal_comma: bool = False) -> str:
    source = StringIO(text, newline="")
    return "".join(Sheet(source, scorecard, decimal_comma=decimal_comma).lines())


def cells(text: str, delimiter: str = ",") -> list[list[str]]:
    return list(csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True))


def answers(rows: Iterable[str], scorecard: Scorecard) -> list[Answer]:
    """Return the answer to each of ``rows``, which hold the measurements alone."""
    text = scored("\n".join([HEADER, *rows]), scorecard)
    return [Answer(*row[len(FEATURE_NAMES) :]) for row in cells(text)[1:]]


def answer_of_the_api(texts: tuple[str, ...]) -> str:
    """Return the reason that the API gives for cells, sent as the numbers that they are."""
    body: dict[str, Any] = {}
    for name, text in zip(FEATURE_NAMES, texts, strict=True):
        try:
            body[name] = float(text)
        except ValueError:
            body[name] = text
        if not text.strip():
            del body[name]
    try:
        Observation.model_validate(body)
    except ValidationError as error:
        return explain([{**entry} for entry in error.errors()])
    return "OK"


def expected(values: tuple[float, ...], scorecard: Scorecard) -> Answer:
    label, probability = scorecard.label(values), scorecard.probability(values)
    return Answer(str(label), repr(probability), scorecard.decision(values), "200", "OK")


@given(st.sampled_from(",;\t"), st.sampled_from(["\n", "\r\n"]), st.data())
def test_each_row_has_the_models_answer_behind_what_it_had(
    scorecard: Scorecard, delimiter: str, ending: str, data: Any
) -> None:
    quoting = data.draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]))
    names = data.draw(others)
    header = data.draw(st.permutations([*FEATURE_NAMES, *names]))
    values = data.draw(st.lists(st.tuples(*[measured] * 5), max_size=5))
    written, rows = StringIO(newline=""), []
    writer = csv.writer(written, delimiter=delimiter, quoting=quoting, lineterminator="\r\n")
    writer.writerow(header)
    for row in values:
        named = dict(zip(FEATURE_NAMES, row, strict=True))
        rows.append([named[name] if name in named else data.draw(foreign) for name in header])
    writer.writerows(rows)
    text = written.getvalue().replace("\r\n", ending)
    result = scored(text, scorecard)
    before, after = cells(text, delimiter), cells(result, delimiter)
    assert [row[: len(header)] for row in after] == before
    assert [tuple(row[len(header) :]) for row in after] == [
        Answer._fields,
        *(expected(row, scorecard) for row in values),
    ]


def test_what_was_read_is_written_character_for_character(scorecard: Scorecard) -> None:
    text = f'"note",{HEADER}\r\n "a",{MALIGNANT}\r\n"b\n""c""",+7.951e-2 ,"24.860",26.58,1866,.01\n'
    assert scored(text, scorecard) == (
        f'"note",{HEADER},{",".join(Answer._fields)}\r\n'
        f' "a",{MALIGNANT},{PREDICTED}\r\n'
        f'"b\n""c""",+7.951e-2 ,"24.860",26.58,1866,.01,{PREDICTED}\n'
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
def test_a_row_is_refused_for_the_apis_reason(scorecard: Scorecard, texts: tuple[str, ...]) -> None:
    row = ",".join(f'"{text}"' for text in texts)
    before, found, after = answers([MALIGNANT, row, MALIGNANT], scorecard)
    assert ",".join(before) == ",".join(after) == PREDICTED
    assert found.reason == answer_of_the_api(texts)
    good = all(text.strip() and _is_measurement(text) for text in texts)
    assert found.status == ("200" if good else "400")
    if not good:
        assert found[:3] == ("", "", "")


def _is_measurement(text: str) -> bool:
    try:
        return isfinite(float(text)) and float(text) >= 0
    except ValueError:
        return False


def test_an_empty_cell_is_a_missing_value(scorecard: Scorecard) -> None:
    assert (
        answers(["1,2,3,,5", ",,,,"], scorecard) == [Answer("", "", "", "400", MISSING_VALUES)] * 2
    )


@pytest.mark.parametrize("value", [f"{CANARY}x", f"-{CANARY}", f"{CANARY}e999", f"{CANARY}_0"])
def test_no_reason_repeats_a_value(value: str, scorecard: Scorecard) -> None:
    (answer,) = answers([f"1,2,3,{value},5"], scorecard)
    assert answer == Answer("", "", "", "400", "'worstArea' must be a finite number, 0 or more")


def test_a_row_of_another_length_is_refused_with_its_answer_in_its_columns(
    scorecard: Scorecard,
) -> None:
    text = scored(f'{HEADER},note\n1,"2"\n\n{MALIGNANT},a,b,"c,d"\n', scorecard)
    _, short, blank, long = cells(text)
    assert short == ["1", "2", "", "", "", "", *RAGGED]
    assert blank == []
    assert long == [*MALIGNANT.split(","), "a", *RAGGED, "b", "c,d"]


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_each_line_keeps_its_ending_and_the_last_may_have_none(
    ending: str, scorecard: Scorecard
) -> None:
    header, row, last = scored(f"{HEADER}{ending}{MALIGNANT}{ending}1", scorecard).splitlines(
        keepends=True
    )
    assert header.endswith(f",reason{ending}")
    assert row == f"{MALIGNANT},{PREDICTED}{ending}"
    assert last.endswith(f",{RAGGED.reason}{ending}")


def test_a_header_without_an_ending_gets_one(scorecard: Scorecard) -> None:
    assert scored(HEADER, scorecard) == f"{HEADER},{','.join(Answer._fields)}\n"


def test_a_byte_order_mark_stays_where_it_is(scorecard: Scorecard) -> None:
    text = scored(f'\ufeff"meanConcavePoints"{HEADER[17:]}\n{MALIGNANT}\n', scorecard)
    assert text.startswith('\ufeff"meanConcavePoints",worst')
    assert text.endswith(f"{MALIGNANT},{PREDICTED}\n")


def test_a_name_may_break_its_line(scorecard: Scorecard) -> None:
    header = f'"patient\n(number)";"site\r\n";{HEADER.replace(",", ";")}'
    text = f"{header}\r\n1;2;{MALIGNANT.replace(',', ';')}\r\n"
    assert scored(text, scorecard).endswith(f";{PREDICTED.replace(',', ';')}\r\n")


def test_the_data_sets_own_names_are_taken(scorecard: Scorecard) -> None:
    header = ",".join(measurement.column for measurement in FEATURES)
    assert scored(f"{header}\n{MALIGNANT}\n", scorecard).endswith(f"{MALIGNANT},{PREDICTED}\n")


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ("", "its header has no column for: meanConcavePoints, worstRadius, worstTexture, "),
        (MALIGNANT, "its header has no column for: meanConcavePoints, "),
        (HEADER.replace("worstArea", "worstarea"), "its header has no column for: worstArea$"),
        (f"{HEADER},worstArea", "its header has more than one column for: worstArea$"),
        (f"{HEADER},worst area", "its header has more than one column for: worstArea$"),
        (f"reason,{HEADER}, status", "it has columns for an answer already: status, reason$"),
        (HEADER.replace(",", "|"), "its header has no column for: "),
        (f'"{HEADER}', "the row from line 1 on is not CSV: unexpected end of data$"),
    ],
)
def test_a_header_that_leaves_a_question_is_refused(
    header: str, message: str, scorecard: Scorecard
) -> None:
    with pytest.raises(SheetUnreadable, match=f"^{message}"):
        Sheet(StringIO(f"{header}\n1\n", newline="") if header else StringIO(), scorecard)


@pytest.mark.parametrize("broken", ['"1"2,3', '"1" ,2', f'{MALIGNANT},"a', '"a\nb'])
def test_quotes_that_do_not_match_stop_the_reading(broken: str, scorecard: Scorecard) -> None:
    with pytest.raises(SheetUnreadable, match=r"^the row from line 3 on is not CSV: "):
        scored(f"{HEADER}\n{MALIGNANT}\n{broken}\n", scorecard)


def test_an_unmatched_quote_does_not_fill_the_memory(scorecard: Scorecard) -> None:
    rest = f"{MALIGNANT}\n" * 10_000
    source = StringIO(f'{HEADER}\n"{rest}', newline="")
    with pytest.raises(SheetUnreadable, match="field larger than field limit"):
        list(Sheet(source, scorecard).lines())
    assert source.tell() < 150_000


REFUSED_AREA = ";400;'worstArea' must be a finite number, 0 or more\n"
GERMAN = "0,07951;24,86;26,58;1866;0,01"


def test_a_decimal_comma_is_taken_when_it_is_said_to_be_one(scorecard: Scorecard) -> None:
    text = f"{HEADER.replace(',', ';')}\n{GERMAN}\n"
    result = scored(text, scorecard, decimal_comma=True)
    assert result.endswith(f"{GERMAN};{PREDICTED.replace(',', ';')}\n")


@pytest.mark.parametrize("area", ["1.866", "1.866,0", "1 866"])
def test_beside_a_decimal_comma_a_point_is_refused(area: str, scorecard: Scorecard) -> None:
    text = f"{HEADER.replace(',', ';')}\n1;2;3;{area};5\n"
    assert REFUSED_AREA in scored(text, scorecard, decimal_comma=True)


def test_a_comma_that_is_not_said_to_be_decimal_is_refused_and_counted(
    scorecard: Scorecard,
) -> None:
    text = f"{HEADER.replace(',', ';')}\n1;2;3;1,866;5\n1;2;3;x;5\n"
    sheet = Sheet(StringIO(text, newline=""), scorecard)
    assert [REFUSED_AREA in line for line in sheet.lines()] == [False, True, True]
    assert sheet.commas == 1


def test_what_was_answered_is_counted(scorecard: Scorecard) -> None:
    text = f"{HEADER}\n{MALIGNANT}\n1\n\n,,,,\n{MALIGNANT}\n"
    sheet = Sheet(StringIO(text, newline=""), scorecard)
    list(sheet.lines())
    assert sheet.tally == {("1", "malignant"): 2, ("", ""): 2}
