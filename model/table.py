"""The scorecard as a table that a person can add up by hand, and one patient's sum.

The same rows are written as plain text for a terminal and as Markdown for the model card.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import copysign, inf, log
from textwrap import fill

from model.band import Decision
from model.scorecard import Feature, Scorecard
from model.step_labels import DIGITS, number, steps

DECIMALS = 4
"""Decimals of log-odds: with six terms, a sum by hand is right to the third."""

WIDTH = 80
"""Columns of a terminal."""

DECIDED: dict[Decision, str] = {
    "benign": "benign",
    "refer": "refer to a person",
    "malignant": "malignant",
}
"""What is said of each decision, from the lowest score to the highest."""

OPENING = (
    "Start with the intercept. For each measurement, add the log-odds of the step in which its "
    "value falls. The sum is the score."
)
DIP = "a dip"
DIPS = (
    "A dip adds less than the step before it: there a larger value speaks less for malignancy. "
    "That is how the fit followed its patients, not something known of the disease."
)


@dataclass(frozen=True, slots=True)
class Part:
    """One measurement's steps, or another table within the table.

    Attributes:
        heading: What its columns hold; the last one marks rows.
        rows: The cells of each row.
        notes: What is to be known about it, in sentences.
    """

    heading: tuple[str, str, str]
    rows: tuple[tuple[str, str, str], ...]
    notes: tuple[str, ...] = ()


def table(scorecard: Scorecard) -> str:
    """Return the whole of ``scorecard`` as plain text."""
    parts = list(_parts(scorecard))
    widths = _widths(row for part in parts for row in (part.heading, *part.rows))
    tables = [
        "\n".join([*(_aligned(row, widths) for row in (part.heading, *part.rows)), *_notes(part)])
        for part in parts
    ]
    around = [_wrapped(text) for text in (_named(scorecard), OPENING, *_closing(scorecard))]
    return "\n\n".join([*around[:2], *tables, *around[2:]]) + "\n"


def markdown(scorecard: Scorecard) -> str:
    """Return the whole of ``scorecard`` as Markdown, with all that `table` holds."""
    texts = [_named(scorecard), OPENING]
    for part in _parts(scorecard):
        rows = (part.heading, (":--", "--:", ":--"), *part.rows)
        texts.append("\n".join(f"| {' | '.join(row)} |" for row in rows))
        texts.extend(part.notes)
    return "\n\n".join([*texts, *_closing(scorecard)]) + "\n"


def worked(scorecard: Scorecard, values: Sequence[float]) -> str:
    """Return the sum for one patient as plain text, term by term, and what follows from it.

    Args:
        scorecard: The model.
        values: One finite float per feature, in the order of its features.

    Raises:
        ValueError: There is another number of values, or one is NaN or infinite.
    """
    rows = [("", "value", "step", "log-odds"), *_terms(scorecard, values)]
    widths = _widths(rows)
    texts = [
        "\n".join(_aligned(row, widths) for row in rows),
        "\n".join(_findings(scorecard, values)),
        *(_wrapped(f"Check: {caution.message}") for caution in scorecard.warnings(values)),
        _wrapped(_rounding(scorecard)),
    ]
    return "\n\n".join(texts) + "\n"


def _parts(scorecard: Scorecard) -> Iterator[Part]:
    intercept = ("whatever is measured", _log_odds(scorecard.intercept), "")
    yield Part(("intercept", "log-odds", ""), (intercept,))
    yield from map(_steps, scorecard.features)
    band = scorecard.band
    lower, upper = (f"{_logit(limit):.{DECIMALS}f}" for limit in (band.lower, band.upper))
    scores = (f"below {lower}", f"from {lower}, up to {upper}", f"above {upper}")
    decided = zip(scores, DECIDED.values(), strict=True)
    yield Part(("score", "decision", ""), tuple((*row, "") for row in decided))


def _steps(feature: Feature) -> Part:
    dips = feature.decreasing_steps()
    rows = tuple(
        (words, _log_odds(points), DIP if step in dips else "")
        for step, (words, points) in enumerate(zip(steps(feature), feature.points, strict=True))
    )
    seen = f"In training: {number(feature.minimum)} to {number(feature.maximum)}."
    notes = (f"{feature.description} {seen}", *([DIPS] if dips else []))
    return Part((feature.name, "log-odds", ""), rows, notes)


def _terms(scorecard: Scorecard, values: Sequence[float]) -> Iterator[tuple[str, str, str, str]]:
    yield "intercept", "", "", _log_odds(scorecard.intercept)
    for feature, value in zip(scorecard.features, values, strict=True):
        step = steps(feature, value)[bisect_left(feature.thresholds, value)]
        yield feature.name, number(value), step, _log_odds(feature.contribution(value))
    yield "score", "", "the sum", _log_odds(scorecard.score(values))


def _findings(scorecard: Scorecard, values: Sequence[float]) -> Iterator[str]:
    """Yield what follows from the score."""
    label, band = scorecard.label(values), scorecard.band
    yield f"probability  {scorecard.probability(values):.4f} of malignancy: 1 / (1 + e^-score)"
    yield f"label        {label} ({scorecard.classes[label]}): 1 from a score of 0 on, else 0"
    yield (
        f"decision     {DECIDED[scorecard.decision(values)]}: a person decides at a "
        f"probability from {number(band.lower)} to {number(band.upper)}"
    )


def _named(scorecard: Scorecard) -> str:
    return f"Scorecard {scorecard.digest}"


def _closing(scorecard: Scorecard) -> Iterator[str]:
    band = scorecard.band
    yield (
        "The probability of malignancy is 1 / (1 + e^-score); a person decides at one from "
        f"{number(band.lower)} to {number(band.upper)}. Whatever is decided, the label is "
        f"{scorecard.classes[1]} (1) for a score of 0 or more, else {scorecard.classes[0]} (0)."
    )
    near = _within(len(scorecard.features) + 2)  # The limit is rounded too.
    yield f"{_rounding(scorecard)} Nearer than {near} to a limit, ask python -m model for the sum."
    yield (
        f"Limits of steps have up to {DIGITS} digits, and put every value of up to {DIGITS} "
        "digits into the step into which the model puts it."
    )


def _rounding(scorecard: Scorecard) -> str:
    within = _within(len(scorecard.features) + 1)
    return (
        f"Log-odds are rounded to {DECIMALS} decimals, so that a sum by hand is right within "
        f"{within}; the model itself rounds nothing."
    )


def _within(numbers: int) -> str:
    """Return how far off a sum of so many rounded numbers can be."""
    return f"{numbers / 2 * 10**-DECIMALS:g}"


def _log_odds(points: float) -> str:
    return f"{points:+z.{DECIMALS}f}"  # z: no sign before a zero that was rounded to it.


def _logit(probability: float) -> float:
    """Return ``probability`` as log-odds; those of 0 and 1 are infinite."""
    if 0 < probability < 1:
        return log(probability / (1 - probability))
    return copysign(inf, probability - 0.5)


def _widths(rows: Iterable[Sequence[str]]) -> list[int]:
    return [max(map(len, column)) for column in zip(*rows, strict=True)]


def _aligned(row: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _notes(part: Part) -> Iterator[str]:
    for note in part.notes:
        yield fill(note, WIDTH, initial_indent="  ", subsequent_indent="  ")


def _wrapped(text: str) -> str:
    return fill(text, WIDTH)
