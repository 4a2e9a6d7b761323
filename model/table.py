"""The scorecard as a table for adding up a score by hand, and the calculation for one patient.

The same rows are formatted as plain text for a terminal and as Markdown for the model card.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import copysign, inf, log
from textwrap import fill

from model.band import Decision
from model.scorecard import Feature, Scorecard
from model.step_labels import LIMIT_DIGITS, format_number, step_labels

DECIMALS = 4
"""Decimals of log-odds. The sum of six rounded terms is correct to three."""

TERMINAL_WIDTH = 80
"""Columns of a terminal."""

DECISION_TEXT: dict[Decision, str] = {
    "benign": "benign",
    "refer": "refer to a person",
    "malignant": "malignant",
}
"""Text for each decision, from the lowest score to the highest."""

INSTRUCTIONS = (
    "Start with the intercept. For each measurement, add the log-odds of the step in which its "
    "value falls. The sum is the score."
)
DIP_MARK = "a dip"
DIP_NOTE = (
    "A dip adds less than the step before it: there, a larger value is weaker evidence of "
    "malignancy. That comes from the training data; it is not a known property of the disease."
)


@dataclass(frozen=True, slots=True)
class Table:
    """One table: the intercept, a feature's steps, or the decisions.

    Attributes:
        header: The column headings.
        rows: The cells of each row; the last one holds a mark or is empty.
        notes: Sentences printed below the rows.
    """

    header: tuple[str, str, str]
    rows: tuple[tuple[str, str, str], ...]
    notes: tuple[str, ...] = ()


def format_table(scorecard: Scorecard) -> str:
    """Return ``scorecard`` as plain text."""
    tables = list(_tables(scorecard))
    widths = _widths(row for table in tables for row in (table.header, *table.rows))
    blocks = [
        _wrap(_title(scorecard)),
        _wrap(INSTRUCTIONS),
        *(
            "\n".join([*_align((table.header, *table.rows), widths), *_notes(table)])
            for table in tables
        ),
        *map(_wrap, _explanations(scorecard)),
    ]
    return _join(blocks)


def format_markdown(scorecard: Scorecard) -> str:
    """Return ``scorecard`` as Markdown, with the same content as `format_table`."""
    blocks = [_title(scorecard), INSTRUCTIONS]
    for table in _tables(scorecard):
        rows = (table.header, (":--", "--:", ":--"), *table.rows)
        blocks += ["\n".join(f"| {' | '.join(row)} |" for row in rows), *table.notes]
    return _join([*blocks, *_explanations(scorecard)])


def format_calculation(scorecard: Scorecard, values: Sequence[float]) -> str:
    """Return the calculation of one patient's score, and its result, as plain text.

    Args:
        scorecard: The model.
        values: One finite float per feature, in the order of its features.

    Raises:
        ValueError: The number of values is wrong, or one is NaN or infinite.
    """
    rows = [("", "value", "step", "log-odds"), *_terms(scorecard, values)]
    blocks = [
        "\n".join(_align(rows, _widths(rows))),
        "\n".join(_result(scorecard, values)),
        *(_wrap(f"Check: {warning.message}") for warning in scorecard.warnings(values)),
        _wrap(_rounding(scorecard)),
    ]
    return _join(blocks)


def _tables(scorecard: Scorecard) -> Iterator[Table]:
    intercept = ("always added", _log_odds(scorecard.intercept), "")
    yield Table(("intercept", "log-odds", ""), (intercept,))
    yield from map(_feature_table, scorecard.features)
    band = scorecard.band
    lower, upper = (f"{_logit(limit):.{DECIMALS}f}" for limit in (band.lower, band.upper))
    scores = (f"below {lower}", f"from {lower}, up to {upper}", f"above {upper}")
    decisions = zip(scores, DECISION_TEXT.values(), strict=True)
    yield Table(("score", "decision", ""), tuple((*row, "") for row in decisions))


def _feature_table(feature: Feature) -> Table:
    dips = feature.decreasing_steps()
    steps = enumerate(zip(step_labels(feature), feature.points, strict=True))
    rows = tuple(
        (label, _log_odds(points), DIP_MARK if step in dips else "")
        for step, (label, points) in steps
    )
    lowest, highest = format_number(feature.minimum), format_number(feature.maximum)
    description = f"{feature.description} In training: {lowest} to {highest}."
    notes = (description, DIP_NOTE) if dips else (description,)
    return Table((feature.name, "log-odds", ""), rows, notes)


def _terms(scorecard: Scorecard, values: Sequence[float]) -> Iterator[tuple[str, str, str, str]]:
    yield "intercept", "", "", _log_odds(scorecard.intercept)
    for feature, value in zip(scorecard.features, values, strict=True):
        step = step_labels(feature, value)[bisect_left(feature.thresholds, value)]
        yield feature.name, format_number(value), step, _log_odds(feature.contribution(value))
    yield "score", "", "the sum", _log_odds(scorecard.score(values))


def _result(scorecard: Scorecard, values: Sequence[float]) -> Iterator[str]:
    """Yield the lines for the probability, the label and the decision."""
    _, probability, label, decision = scorecard.predict(values)
    lower, upper = format_number(scorecard.band.lower), format_number(scorecard.band.upper)
    yield f"probability  {probability:.4f} of malignancy: 1 / (1 + e^-score)"
    yield f"label        {label} ({scorecard.classes[label]}): 1 from a score of 0 on, else 0"
    yield (
        f"decision     {DECISION_TEXT[decision]}: a person decides at a "
        f"probability from {lower} to {upper}"
    )


def _title(scorecard: Scorecard) -> str:
    return f"Scorecard {scorecard.digest}"


def _explanations(scorecard: Scorecard) -> Iterator[str]:
    lower, upper = format_number(scorecard.band.lower), format_number(scorecard.band.upper)
    yield (
        "The probability of malignancy is 1 / (1 + e^-score). A person decides at a probability "
        f"from {lower} to {upper}. The label does not depend on the decision: it is "
        f"{scorecard.classes[1]} (1) for a score of 0 or more, else {scorecard.classes[0]} (0)."
    )
    near = _rounding_error(len(scorecard.features) + 2)  # The limit is rounded too.
    yield (
        f"{_rounding(scorecard)} If a sum is closer than {near} to a limit, use python -m model "
        "instead."
    )
    yield (
        f"The limits of the steps are rounded to {LIMIT_DIGITS} digits. Every value of up to "
        f"{LIMIT_DIGITS} digits falls in the same step as in the model."
    )


def _rounding(scorecard: Scorecard) -> str:
    error = _rounding_error(len(scorecard.features) + 1)
    return (
        f"Log-odds are rounded to {DECIMALS} decimals, so that a sum by hand is right within "
        f"{error}; the model itself rounds nothing."
    )


def _rounding_error(terms: int) -> str:
    """Return the largest rounding error of a sum of ``terms`` rounded numbers."""
    return f"{terms / 2 * 10**-DECIMALS:g}"


def _log_odds(points: float) -> str:
    return f"{points:+z.{DECIMALS}f}"  # z: "+0.0000" instead of "-0.0000".


def _logit(probability: float) -> float:
    """Return the log-odds of ``probability``; infinite for 0 and 1."""
    if 0 < probability < 1:
        return log(probability / (1 - probability))
    return copysign(inf, probability - 0.5)


def _widths(rows: Iterable[Sequence[str]]) -> list[int]:
    return [max(map(len, column)) for column in zip(*rows, strict=True)]


def _align(rows: Iterable[Sequence[str]], widths: Sequence[int]) -> Iterator[str]:
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield "  ".join(cells).rstrip()


def _notes(table: Table) -> Iterator[str]:
    for note in table.notes:
        yield fill(note, TERMINAL_WIDTH, initial_indent="  ", subsequent_indent="  ")


def _wrap(text: str) -> str:
    return fill(text, TERMINAL_WIDTH)


def _join(blocks: Iterable[str]) -> str:
    return "\n\n".join(blocks) + "\n"
