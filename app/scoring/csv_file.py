"""Read a CSV file of observations, and add a prediction to each row.

The rules of the format. The page in `app/web/` reads and writes CSV files by the same ones:

- The text is UTF-8, with or without a byte order mark. A line ends with LF, CRLF or CR.
- The delimiter is the one of comma, semicolon and tab that yields the most feature names in the
  header.
- The header names each feature once, by its request key (``worstArea``) or its data set column
  (``worst area``). Columns may be in any order, among any others but the result columns.
- A cell may be in double quotes, with quotes inside it doubled. Text after a closing quote, or
  a quote that is never closed, makes the whole file invalid.
- A number is what `model.parsing.parse_values` accepts. An empty cell is a missing value.
- With a decimal comma, a number with a point is invalid: the point may separate thousands.
- A row is written exactly as it was read, followed by the result columns. A blank line has none.
- A row with more or fewer cells than the header is rejected. It is padded with empty cells, and
  its extra cells follow the result columns, so that the results stay in their columns.
"""

import csv
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from io import StringIO
from itertools import chain
from operator import itemgetter
from typing import NamedTuple, TextIO

from model import Scorecard
from model.parsing import parse_values

DELIMITERS = (",", ";", "\t")
"""The possible delimiters; the first one wins a tie."""

BYTE_ORDER_MARK = "\ufeff"

# The point becomes a character that makes any number invalid.
_DECIMAL_COMMA = str.maketrans(",.", "._")


class InvalidCsv(Exception):
    """The file is not a CSV of observations. The message repeats no value."""


class Result(NamedTuple):
    """The cells that are added to a row."""

    prediction: str
    probability: str
    decision: str
    status: str
    reason: str


RESULT_COLUMNS = Result._fields

WRONG_LENGTH = Result("", "", "", "400", "the row must have as many cells as the header")


class CsvFile:
    """A CSV file of observations whose rows are read one by one, in constant memory.

    Attributes:
        counts: The number of rows so far by prediction and decision, both empty if rejected.
        rejected_with_comma: The number of rejected rows with a comma in a measurement.
    """

    def __init__(
        self, source: TextIO, scorecard: Scorecard, *, decimal_comma: bool = False
    ) -> None:
        """Read the header.

        Args:
            source: The file, opened with ``newline=""``.
            scorecard: The model.
            decimal_comma: Whether numbers have a decimal comma instead of a point.

        Raises:
            InvalidCsv: A feature has no column or several, or there are result columns.
            UnicodeDecodeError: The text is not UTF-8.
        """
        self.counts: Counter[tuple[str, str]] = Counter()
        self.rejected_with_comma = 0
        self._scorecard = scorecard
        self._decimal_comma = decimal_comma
        self._byte_order_mark, lines = _read_header(source)
        self._delimiter = _delimiter("".join(lines), scorecard)
        self._records = _records(chain(lines, source), self._delimiter)
        self._header, names = next(self._records, ("", []))
        self._measurements = itemgetter(*_columns(names, scorecard))
        self._width = len(names)
        self._line_ending = _line_ending(self._header) or "\n"
        # The five step functions have 26,880 different sums, so most scores repeat.
        self._result_for_score = cache(self._predict)
        self._result_text = cache(self._join)

    def scored_lines(self) -> Iterator[str]:
        """Yield the header, then each row with its result.

        Raises:
            InvalidCsv: The quotes in a row don't match.
            UnicodeDecodeError: The text is not UTF-8.
        """
        yield self._byte_order_mark + self._append(self._header, RESULT_COLUMNS)
        for text, cells in self._records:
            if not cells:
                yield text
                continue
            complete = len(cells) == self._width
            result = self._score(cells) if complete else WRONG_LENGTH
            self.counts[result.prediction, result.decision] += 1
            yield self._append(text, result) if complete else self._realign(text, cells)

    def _score(self, cells: Sequence[str]) -> Result:
        measurements: tuple[str, ...] = self._measurements(cells)
        if self._decimal_comma:
            measurements = tuple(text.translate(_DECIMAL_COMMA) for text in measurements)
        try:
            values = parse_values(measurements)
        except ValueError:
            self.rejected_with_comma += any("," in text for text in measurements)
            return self._reject(measurements)
        return self._result_for_score(self._scorecard.score(values))

    def _predict(self, score: float) -> Result:
        _, probability, label, decision = self._scorecard.result(score)
        return Result(str(label), repr(probability), decision, "200", "OK")

    def _reject(self, measurements: Sequence[str]) -> Result:
        # FastAPI, which this imports, takes longer to load than ten thousand rows to score.
        from app.api.errors import validation_reason  # noqa: PLC0415

        errors = (
            {"loc": (feature.name,), "type": error}
            for feature, text in zip(self._scorecard.features, measurements, strict=True)
            if (error := _error_type(text))
        )
        return WRONG_LENGTH._replace(reason=validation_reason(errors))

    def _append(self, text: str, result: Sequence[str]) -> str:
        """Return a row's ``text`` with ``result`` before its line ending."""
        row = text.rstrip("\r\n")
        # The empty cell puts a delimiter before the first.
        return f"{row}{self._result_text(('', *result))}{text[len(row) :] or self._line_ending}"

    def _realign(self, text: str, cells: Sequence[str]) -> str:
        """Return a row of the wrong length with its result in the result columns."""
        padding = [""] * (self._width - len(cells))
        row = (*cells[: self._width], *padding, *WRONG_LENGTH, *cells[self._width :])
        return self._join(row) + (_line_ending(text) or self._line_ending)

    def _join(self, cells: Sequence[str]) -> str:
        line = StringIO()
        csv.writer(line, delimiter=self._delimiter).writerow(cells)
        return line.getvalue().removesuffix("\r\n")


def _read_header(source: TextIO) -> tuple[str, list[str]]:
    """Return the byte order mark, if there is one, and the lines of the header.

    Spreadsheets put line breaks into quoted names: the header ends where its quotes match.
    """
    first = source.readline()
    lines = [first.removeprefix(BYTE_ORDER_MARK)]
    quotes, length = first.count('"'), len(first)
    while quotes % 2 and length < csv.field_size_limit() and (line := source.readline()):
        lines.append(line)
        quotes, length = quotes + line.count('"'), length + len(line)
    return first[: len(first) - len(lines[0])], lines


def _records(lines: Iterable[str], delimiter: str) -> Iterator[tuple[str, list[str]]]:
    """Yield each record's text, which may have several lines, and its cells."""
    text: list[str] = []

    def keep() -> Iterator[str]:
        for line in lines:
            text.append(line)
            yield line

    # Strict: an unmatched quote would swallow the rows up to the next one otherwise.
    reader = csv.reader(keep(), delimiter=delimiter, strict=True)
    try:
        for cells in reader:
            yield "".join(text), cells
            text.clear()
    except csv.Error as error:
        first = reader.line_num - len(text) + 1
        raise InvalidCsv(f"the row from line {first} on is not CSV: {error}") from error


def _delimiter(header: str, scorecard: Scorecard) -> str:
    """Return the delimiter that yields the most feature names in ``header``."""
    names = {name for feature in scorecard.features for name in (feature.name, feature.column)}

    def matches(delimiter: str) -> int:
        return sum(cell.strip(' "\r\n') in names for cell in header.split(delimiter))

    return max(DELIMITERS, key=matches)


def _columns(header: Sequence[str], scorecard: Scorecard) -> list[int]:
    """Return the column of each feature."""
    request_keys = {feature.column: feature.name for feature in scorecard.features}
    features = request_keys.values()
    names = [request_keys.get(name.strip(), name.strip()) for name in header]
    problems = {
        "it already has the result columns": [name for name in RESULT_COLUMNS if name in names],
        "its header has no column for": [name for name in features if name not in names],
        "its header has more than one column for": [
            name for name in features if names.count(name) > 1
        ],
    }
    for problem, affected in problems.items():
        if affected:
            raise InvalidCsv(f"{problem}: {', '.join(affected)}")
    return [names.index(name) for name in features]


def _error_type(text: str) -> str | None:
    """Return Pydantic's error type for the measurement ``text``, or None if it is valid."""
    if not text.strip():
        return "missing"
    try:
        parse_values([text])
    except ValueError:
        return "float_type"
    return None


def _line_ending(text: str) -> str:
    return text[len(text.rstrip("\r\n")) :]
