import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from math import exp, inf, nextafter

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from model import Band, Scorecard
from model.table import (
    DECISION_TEXT,
    DIP_MARK,
    DIP_NOTE,
    format_calculation,
    format_markdown,
    format_table,
)

MALIGNANT = (0.07951, 24.86, 26.58, 1866.0, 0.01)
BENIGN = (0.03821, 14.97, 24.64, 677.9, 0.1015)
measurements = st.floats(min_value=0, allow_infinity=False)

CALCULATION = """\
                    value    step                     log-odds
intercept                                             -0.5261
meanConcavePoints   0.07951  from 0.05592             +1.0959
worstRadius         24.86    from 18.655              +0.7257
worstTexture        26.58    from 23.35, below 27.53  -0.0642
worstArea           1866     above 1057               +2.3728
worstConcavePoints  0.01     up to 0.029505           -0.9846
score                        the sum                  +2.6195

probability  0.9321 of malignancy: 1 / (1 + e^-score)
label        1 (malignant): 1 from a score of 0 on, else 0
decision     malignant: a person decides at """


def log_odds(text: str) -> list[float]:
    """Return the log-odds printed in ``text``, from top to bottom."""
    return [float(number) for number in re.findall(r"[+-]\d+\.\d{4}\b", text)]


def unwrapped(text: str) -> str:
    return " ".join(text.split())


def all_scores(scorecard: Scorecard) -> Iterator[tuple[float, float]]:
    """Yield every possible score, as computed by the model and by hand."""
    printed = iter(log_odds(format_table(scorecard)))
    intercept = next(printed)
    columns = [
        [(points, next(printed)) for points in feature.points] for feature in scorecard.features
    ]
    for steps in product(*columns):
        score = scorecard.intercept
        for points, _ in steps:
            score += points
        yield score, round(intercept + sum(rounded for _, rounded in steps), 4)


def test_every_sum_by_hand_has_the_stated_accuracy_and_decision(scorecard: Scorecard) -> None:
    text = unwrapped(format_table(scorecard))
    stated = r"from (\S+), up to (\S+) refer to a person.* within (\S+);.* closer than (\S+) to"
    [numbers] = re.findall(stated, text)
    lower, upper, accuracy, near = map(float, numbers)
    assert accuracy < 0.0005
    band = Band(1 / (1 + exp(-lower)), 1 / (1 + exp(-upper)))
    count = 0
    for score, by_hand in all_scores(scorecard):
        count += 1
        assert abs(score - by_hand) < accuracy
        if min(abs(by_hand - limit) for limit in (lower, upper, 0)) >= near:
            result = scorecard.result(score)
            assert result.decision == band.decision(1 / (1 + exp(-by_hand)))
            assert result.label == (by_hand >= 0)
    assert count == 4 * 5 * 12 * 14 * 8


def test_the_text_fits_any_terminal_and_encoding(scorecard: Scorecard) -> None:
    for text in (format_table(scorecard), format_calculation(scorecard, MALIGNANT)):
        assert text.isascii()
        assert max(map(len, text.splitlines())) <= 80


def test_each_dip_is_marked_and_explained(scorecard: Scorecard) -> None:
    text = format_table(scorecard)
    marked = [line.split("  ")[0] for line in text.splitlines() if line.endswith(DIP_MARK)]
    assert marked == ["above 35.69", "above 0.029505, below 0.111"]
    assert unwrapped(text).count(DIP_NOTE) == len(marked)
    increasing = replace(scorecard, features=scorecard.features[:2], input_checks=())
    assert "dip" not in format_table(increasing)


def test_markdown_has_the_content_of_the_text(scorecard: Scorecard) -> None:
    markdown, ruler = format_markdown(scorecard), "| :-- | --: | :-- |"
    without_tables = markdown.replace(ruler, "").replace("|", " ")
    assert unwrapped(without_tables) == unwrapped(format_table(scorecard))
    tables = [block.splitlines() for block in markdown.split("\n\n") if "|" in block]
    assert len(tables) == len(scorecard.features) + 2
    for rows in tables:
        cells = [row for row in rows if row.startswith("|")]
        assert cells[1] == ruler
        assert {row.count("|") for row in cells} == {4}


def test_a_band_of_all_probabilities_has_infinite_limits(scorecard: Scorecard) -> None:
    assert "from -inf, up to inf" in format_table(replace(scorecard, band=Band(0, 1)))


def test_the_calculation_of_the_documented_example(scorecard: Scorecard) -> None:
    assert format_calculation(scorecard, MALIGNANT).startswith(CALCULATION)


@given(st.tuples(*[measurements] * 5))
@example(BENIGN)
@example(MALIGNANT)
@example(tuple(nextafter(value, inf) for value in MALIGNANT))
def test_the_calculation_agrees_with_the_model(
    scorecard: Scorecard, values: tuple[float, ...]
) -> None:
    text = format_calculation(scorecard, values)
    expected = scorecard.predict(values)
    *terms, score = log_odds(text.split("probability")[0])
    exact = [scorecard.intercept, *scorecard.contributions(values).values()]
    assert terms == pytest.approx(exact, abs=0.00005, rel=0)
    assert score == pytest.approx(expected.score, abs=0.00005, rel=0)
    assert f"probability  {expected.probability:.4f} " in text
    assert f"label        {expected.label} (" in text
    assert f"decision     {DECISION_TEXT[expected.decision]}: " in text
    warnings = [f"Check: {warning.message}" for warning in scorecard.warnings(values)]
    assert [unwrapped(paragraph) for paragraph in text.split("\n\n")[2:-1]] == warnings


@pytest.mark.parametrize("values", [MALIGNANT[:4], (*MALIGNANT, 1.0), (float("nan"), 1, 1, 1, 1)])
def test_rejects_values_without_a_score(scorecard: Scorecard, values: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match=r"zip|finite"):
        format_calculation(scorecard, values)
