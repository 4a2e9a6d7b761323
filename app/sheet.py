"""A CSV of scans, read row by row, and what is answered for each row.

What was read is written as it was read, character for character, with the answer behind it:
nobody's columns, quotes or decimal places change on the way.
"""

import csv
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from io import StringIO
from itertools import chain, islice, tee
from operator import itemgetter
from typing import NamedTuple, TextIO

from model import Scorecard
from model.parsing import parse_values

DELIMITERS = (",", ";", "\t")
"""What may separate cells. Of two that fit the header alike, the first is taken."""

BYTE_ORDER_MARK = "\ufeff"

# A point becomes a sign that no number has: beside a decimal comma it separates thousands.
_DECIMAL_COMMA = str.maketrans(",.", "._")


class SheetUnreadable(Exception):
    """The file isn't a table of scans. The message says why, and repeats no value."""


class Answer(NamedTuple):
    """The cells that are put behind a row."""

    prediction: str
    probability: str
    decision: str
    status: str
    reason: str


RAGGED = Answer("", "", "", "400", "the row must have as many cells as the header")
"""The answer to a row in which cells may be missing, or have moved."""


HEADINGS = Answer(*Answer._fields)
"""The names of these cells' columns."""


class _Written(NamedTuple):
    """An answer as it is counted and as it is written."""

    outcome: tuple[str, str]
    text: str


class Sheet:
    """A CSV of scans, of which the header has been read and the rows have not.

    The header names each measurement as a request or as the data set does, once, in any
    order, among any other columns.

    Attributes:
        tally: How many rows have been answered with each prediction and decision so far;
            both are empty for a refused row.
        commas: How many of the refused rows have a comma within a measurement.
    """

    def __init__(
        self, source: TextIO, scorecard: Scorecard, *, decimal_comma: bool = False
    ) -> None:
        """Read the header.

        Args:
            source: The text of the file, opened with ``newline=""``.
            scorecard: The model.
            decimal_comma: Whether numbers have a comma for a point. One with a point is
                refused then, as one with a comma is otherwise: it might be either.

        Raises:
            SheetUnreadable: A measurement has no column or several, or an answer has one.
            UnicodeDecodeError: The text isn't UTF-8.
        """
        self.tally: Counter[tuple[str, str]] = Counter()
        self.commas = 0
        self._scorecard = scorecard
        self._decimal_comma = decimal_comma
        self._mark, head = _head(source)
        self._delimiter = _delimiter("".join(head), scorecard)
        self._records = _records(chain(head, source), self._delimiter)
        self._header, names = next(self._records, ("", []))
        self._measurements = itemgetter(*_columns(names, scorecard))
        self._width = len(names)
        self._ending = _ending(self._header) or "\n"
        # Worked out once each: the steps of a scorecard have only so many sums, 26,880, and
        # five cells can only be wrong in so many ways, 3 to the fifth.
        self._predicted = cache(self._predict)
        self._refused = cache(self._refuse)

    def lines(self) -> Iterator[str]:
        """Yield the header and each row as it was read, with its answer behind it.

        Blank lines are passed on. A row that is too short is filled up with empty cells,
        and one that is too long has the rest of its cells behind its answer, so that the
        answers are in their columns.

        Raises:
            SheetUnreadable: The quotes in a row don't match.
            UnicodeDecodeError: The text isn't UTF-8.
        """
        yield self._mark + self._beside(self._header, self._written(HEADINGS).text)
        for record, cells in self._records:
            if len(cells) == self._width:
                outcome, text = self._answer(cells)
                self.tally[outcome] += 1
                yield self._beside(record, text)
            elif cells:
                self.tally["", ""] += 1
                yield self._ragged(record, cells)
            else:
                yield record

    def _answer(self, cells: Sequence[str]) -> _Written:
        measured: tuple[str, ...] = self._measurements(cells)
        if self._decimal_comma:
            measured = tuple(cell.translate(_DECIMAL_COMMA) for cell in measured)
        try:
            values = parse_values(measured)
        except ValueError:
            self.commas += any("," in cell for cell in measured)
            return self._refused(tuple(map(_fault, measured)))
        return self._predicted(self._scorecard.score(values))

    def _predict(self, score: float) -> _Written:
        _, probability, label, decision = self._scorecard.result(score)
        return self._written(Answer(str(label), repr(probability), decision, "200", "OK"))

    def _refuse(self, faults: tuple[str, ...]) -> _Written:
        names = (feature.name for feature in self._scorecard.features)
        return self._written(RAGGED._replace(reason=_reason(zip(names, faults, strict=True))))

    def _written(self, answer: Answer) -> _Written:
        # The empty cell puts a delimiter before the others.
        return _Written((answer.prediction, answer.decision), self._joined(("", *answer)))

    def _beside(self, record: str, text: str) -> str:
        """Return ``record`` with ``text`` before the end of its line."""
        row = record.rstrip("\r\n")
        return f"{row}{text}{record[len(row) :] or self._ending}"

    def _ragged(self, record: str, cells: Sequence[str]) -> str:
        """Return ``cells`` with an answer that is in its columns nevertheless."""
        missing = [""] * (self._width - len(cells))
        row = (*cells[: self._width], *missing, *RAGGED, *cells[self._width :])
        return self._joined(row) + (_ending(record) or self._ending)

    def _joined(self, cells: tuple[str, ...]) -> str:
        line = StringIO()
        csv.writer(line, delimiter=self._delimiter).writerow(cells)
        return line.getvalue().removesuffix("\r\n")


def _records(lines: Iterable[str], delimiter: str) -> Iterator[tuple[str, list[str]]]:
    """Yield each record of a CSV as it is written, which may take several lines, and read."""
    written, lines = tee(lines)
    # Strict, as an unmatched quote would otherwise swallow the rows up to the next one.
    rows = csv.reader(lines, delimiter=delimiter, strict=True)
    count = 0
    try:
        for cells in rows:
            record = next(written)
            count += 1
            if count < rows.line_num:
                record += "".join(islice(written, rows.line_num - count))
                count = rows.line_num
            yield record, cells
    except csv.Error as error:
        raise SheetUnreadable(f"the row from line {count + 1} on is not CSV: {error}") from error


def _head(source: TextIO) -> tuple[str, list[str]]:
    """Return the byte order mark, if there is one, and the lines of the header.

    Spreadsheets break the lines of a name: the header goes on until its quotes match.
    """
    first = source.readline()
    head = [first.removeprefix(BYTE_ORDER_MARK)]
    quotes, length = first.count('"'), len(first)
    while quotes % 2 and length < csv.field_size_limit() and (line := source.readline()):
        head.append(line)
        quotes, length = quotes + line.count('"'), length + len(line)
    return first[: len(first) - len(head[0])], head


def _delimiter(header: str, scorecard: Scorecard) -> str:
    """Return the delimiter with which most measurements are in ``header``."""
    names = {name for feature in scorecard.features for name in (feature.name, feature.column)}

    def named(delimiter: str) -> int:
        return sum(cell.strip(' "\r\n') in names for cell in header.split(delimiter))

    return max(DELIMITERS, key=named)


def _columns(header: Sequence[str], scorecard: Scorecard) -> list[int]:
    """Return in which columns the measurements are, in the order of the features."""
    cells = [cell.strip() for cell in header]
    answered = [name for name in Answer._fields if name in cells]
    if answered:
        raise SheetUnreadable(f"it has columns for an answer already: {', '.join(answered)}")
    found = {
        feature.name: [
            column for column, cell in enumerate(cells) if cell in (feature.name, feature.column)
        ]
        for feature in scorecard.features
    }
    if none := [name for name, columns in found.items() if not columns]:
        raise SheetUnreadable(f"its header has no column for: {', '.join(none)}")
    if several := [name for name, columns in found.items() if len(columns) > 1]:
        raise SheetUnreadable(f"its header has more than one column for: {', '.join(several)}")
    return [column for columns in found.values() for column in columns]


def _reason(faults: Iterable[tuple[str, str]]) -> str:
    """Return the API's reason for refusing an observation with these ``faults`` by name."""
    # Imported for the first refusal, as it brings FastAPI, which takes longer than scoring
    # some ten thousand rows.
    from app.api.errors import validation_reason

    return validation_reason({"loc": (name,), "type": fault} for name, fault in faults if fault)


def _fault(cell: str) -> str:
    """Return what Pydantic would call the fault in ``cell``, or nothing if it has none."""
    try:
        parse_values([cell])
    except ValueError:
        return "float_type" if cell.strip() else "missing"
    return ""


def _ending(line: str) -> str:
    return line[len(line.rstrip("\r\n")) :]
