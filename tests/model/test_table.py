import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from math import exp, inf, nextafter

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from model import Band, Scorecard
from model.table import DECIDED, DIP, DIPS, markdown, table, worked

MALIGNANT = (0.07951, 24.86, 26.58, 1866.0, 0.01)
BENIGN = (0.03821, 14.97, 24.64, 677.9, 0.1015)
measurement = st.floats(min_value=0, allow_infinity=False)

WORKED = """\
                    value    step                     log-odds
intercept                                             -0.5261
meanConcavePoints   0.07951  from 0.05592             +1.0959
worstRadius         24.86    from 18.655              +0.7257
worstTexture        26.58    from 23.35, below 27.53  -0.0642
worstArea           1866     above 1057               +2.3728
worstConcavePoints  0.01     up to 0.029505           -0.9846
score                        the sum                  +2.6195

probability  0.9321 of malignancy: 1 / (1 + e^-score)
"""


def added(text: str) -> list[float]:
    """Return the log-odds in ``text``, from top to bottom."""
    return [float(number) for number in re.findall(r"[+-]\d+\.\d{4}\b", text)]


def sums(scorecard: Scorecard) -> Iterator[tuple[float, float]]:
    """Yield every score that the scorecard can give, as the model and as a hand adds it."""
    shown = iter(added(table(scorecard)))
    intercept = next(shown)
    columns = [
        [(points, next(shown)) for points in feature.points] for feature in scorecard.features
    ]
    for steps in product(*columns):
        score = scorecard.intercept
        for points, _ in steps:
            score += points
        yield score, round(intercept + sum(by_hand for _, by_hand in steps), 4)


def test_a_sum_by_hand_is_right_to_the_third_decimal_and_decides_alike(
    scorecard: Scorecard,
) -> None:
    text = " ".join(table(scorecard).split())
    stated, near = re.search(r"is right within ([\d.]+);.*Nearer than ([\d.]+) to", text).groups()  # type: ignore[union-attr]
    assert float(stated) < 0.0005
    found = re.search(r"from (\S+), up to (\S+) refer to a person", text)
    assert found is not None
    limits = Band(*(1 / (1 + exp(-float(limit))) for limit in found.groups()))
    count = 0
    for score, by_hand in sums(scorecard):
        count += 1
        assert abs(score - by_hand) < float(stated)
        if min(abs(by_hand - float(limit)) for limit in (*found.groups(), 0)) >= float(near):
            decision, by_hand_decision = (
                band.decision(1 / (1 + exp(-total)))
                for band, total in ((scorecard.band, score), (limits, by_hand))
            )
            assert decision == by_hand_decision
            assert (score >= 0) == (by_hand >= 0)
    assert count == 4 * 5 * 12 * 14 * 8


def test_the_table_fits_a_terminal_and_any_encoding(scorecard: Scorecard) -> None:
    for text in (table(scorecard), worked(scorecard, MALIGNANT)):
        assert text.isascii()
        assert max(map(len, text.splitlines())) <= 80


def test_the_table_marks_each_dip_and_says_what_it_is(scorecard: Scorecard) -> None:
    marked = [line.split("  ")[0] for line in table(scorecard).splitlines() if line.endswith(DIP)]
    assert marked == ["above 35.69", "above 0.029505, below 0.111"]
    assert " ".join(table(scorecard).split()).count(DIPS) == len(marked)


def test_a_scorecard_without_dips_says_nothing_of_them(scorecard: Scorecard) -> None:
    rising = replace(scorecard, features=scorecard.features[:2], input_checks=())
    assert "dip" not in table(rising)


def test_the_markdown_holds_what_the_table_holds(scorecard: Scorecard) -> None:
    plain = " ".join(table(scorecard).split())
    flat = re.sub(r"\| :-- \| --: \| :-- \|", "", markdown(scorecard))
    assert " ".join(flat.replace("|", " ").split()) == plain


def test_each_table_of_the_markdown_is_whole(scorecard: Scorecard) -> None:
    tables = re.findall(r"(?:^\|.*\|\n)+", markdown(scorecard), re.MULTILINE)
    assert len(tables) == len(scorecard.features) + 2
    for rows in (entry.splitlines() for entry in tables):
        assert rows[1] == "| :-- | --: | :-- |"
        assert {row.count("|") for row in rows} == {4}


def test_a_band_without_ends_can_be_shown(scorecard: Scorecard) -> None:
    endless = replace(scorecard, band=Band(0, 1))
    assert "from -inf, up to inf" in table(endless)


def test_the_worked_example(scorecard: Scorecard) -> None:
    text = worked(scorecard, MALIGNANT)
    assert text.startswith(WORKED)
    assert "\nlabel        1 (malignant): 1 from a score of 0 on, else 0\n" in text
    assert "\ndecision     malignant: a person decides at " in text


@given(st.tuples(*[measurement] * 5))
@example(BENIGN)
@example(MALIGNANT)
@example(tuple(nextafter(value, inf) for value in MALIGNANT))
def test_the_sum_is_the_models(scorecard: Scorecard, values: tuple[float, ...]) -> None:
    text = worked(scorecard, values)
    *terms, score = added(text.split("probability")[0])
    exact = [scorecard.intercept, *scorecard.contributions(values).values()]
    assert terms == pytest.approx(exact, abs=0.00005, rel=0)
    assert score == pytest.approx(scorecard.score(values), abs=0.00005, rel=0)
    assert f"probability  {scorecard.probability(values):.4f} " in text
    assert f"label        {scorecard.label(values)} (" in text
    assert f"decision     {DECIDED[scorecard.decision(values)]}: " in text
    cautions = [f"Check: {caution.message}" for caution in scorecard.warnings(values)]
    paragraphs = [" ".join(paragraph.split()) for paragraph in text.split("\n\n")]
    assert paragraphs[2:-1] == cautions


@pytest.mark.parametrize("values", [MALIGNANT[:4], (*MALIGNANT, 1.0), (float("nan"), 1, 1, 1, 1)])
def test_what_has_no_score_has_no_sum(scorecard: Scorecard, values: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match=r"zip|finite"):
        worked(scorecard, values)
