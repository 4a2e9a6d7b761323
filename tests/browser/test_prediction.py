"""A prediction for one scan: by keyboard, by screen reader and on screen."""

import re
from itertools import pairwise

import pytest
from playwright.sync_api import Page, expect

from model import Scorecard
from tests.browser.conftest import BrowserLog
from tests.browser.page_objects import ClinicianPage
from tests.browser.samples import EXAMPLES, LABELS, SCANS, scan

DECISIONS = {"malignant": "Malignant", "benign": "Benign", "refer": "Refer to a person"}

BARS = """(bars) => bars.map((bar) => {
  const { left, right } = bar.getBoundingClientRect();
  return [bar.getAttribute("class"), left, right];
})"""
"""The class, start and end of each bar."""


def formatted(log_odds: float) -> str:
    return f"{log_odds:+.2f}".replace("-", "\u2212")


def test_example_by_keyboard(site_clinician: ClinicianPage) -> None:
    page = site_clinician.page
    order = [site_clinician.field(name) for name in LABELS]
    order += [site_clinician.button(name) for name in ("Predict", "Clear", "malignant")]
    for stop in order[:-1]:
        expect(stop).to_be_focused()
        page.keyboard.press("Tab")
    expect(order[-1]).to_be_focused()
    page.keyboard.press("Enter")
    expect(site_clinician.button("Predict")).to_be_focused()
    assert site_clinician.values() == EXAMPLES["malignant"]
    page.keyboard.press("Enter")
    expect(site_clinician.decision).to_have_text("Malignant")


def test_enter_predicts_and_the_result_is_announced(clinician: ClinicianPage) -> None:
    page = clinician.page
    # A screen reader announces changes of a status that was there before.
    empty = page.get_by_role("status").filter(has_not_text=re.compile("."))
    expect(empty.and_(clinician.announcement)).to_have_count(1)
    for value in EXAMPLES["benign"].values():
        page.keyboard.type(str(value))
        page.keyboard.press("Tab")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    status = page.get_by_role("status").filter(has_text="Benign. The model predicts that the ")
    expect(status).to_contain_text("the probability of malignancy is 2.1\u00a0%.")
    expect(clinician.field("worstConcavePoints")).to_be_focused()


@pytest.mark.parametrize("decision", SCANS)
def test_explanation_is_the_models(
    clinician: ClinicianPage, scorecard: Scorecard, decision: str
) -> None:
    page = clinician.page
    clinician.predict(scan(decision))
    expect(clinician.decision).to_have_text(DECISIONS[decision])
    expect(clinician.announcement).to_contain_text(DECISIONS[decision])
    score = scorecard.score(SCANS[decision])
    probability = f"{scorecard.probability(SCANS[decision]):.1%}".replace("%", "\u00a0%")
    expect(page.locator(".scale .value")).to_have_text(probability)
    expect(page.locator("div.decision")).to_contain_text(probability)
    names = page.locator(".sum tbody th").all_inner_texts()
    numbers = page.locator(".sum tbody td.number").all_inner_texts()
    terms = {re.split(r"\n+", name)[0]: n for name, n in zip(names, numbers, strict=True)}
    contributions = scorecard.contributions(SCANS[decision]).values()
    expected = {"Baseline": scorecard.intercept, "Score": score}
    expected |= dict(zip(LABELS.values(), contributions, strict=True))
    assert terms == {name: formatted(value) for name, value in expected.items()}
    assert clinician.warnings.all_inner_texts() == []


@pytest.mark.parametrize("decision", SCANS)
def test_bars_add_up_to_the_score(clinician: ClinicianPage, decision: str) -> None:
    page = clinician.page
    clinician.predict(scan(decision))
    expect(clinician.decision).to_be_visible()
    texts = page.locator(".sum tbody td.number").all_inner_texts()
    *terms, score = [float(text.replace("\u2212", "-")) for text in texts]
    bars = page.locator(".sum rect:not(.band)").evaluate_all(BARS)
    assert [kind for kind, _, _ in bars] == [
        "benign" if term < 0 else "malignant" for term in terms
    ]
    positions = [bars[0][2] if terms[0] < 0 else bars[0][1]]  # Starts at zero.
    for term, (_, left, right) in zip(terms, bars, strict=True):
        start, end = (right, left) if term < 0 else (left, right)
        assert start == pytest.approx(positions[-1], abs=1)
        positions.append(end)
    scale = (positions[-1] - positions[0]) / score
    lengths = [(end - start) / scale for start, end in pairwise(positions)]
    assert lengths == pytest.approx(terms, abs=0.03)
    [(_, left, right)] = page.locator(".sum .pointer").evaluate_all(BARS)
    assert (left + right) / 2 == pytest.approx(positions[-1], abs=1)


def test_step_plots_show_the_scan(clinician: ClinicianPage) -> None:
    clinician.predict(scan("refer"))
    plots = clinician.page.locator(".plot")
    expect(plots).to_have_count(5)
    assert plots.locator("h4").all_inner_texts() == list(LABELS.values())
    for plot, value in zip(plots.all(), SCANS["refer"], strict=True):
        expect(plot.locator("p")).to_contain_text(f"{value:g} adds ")
        chart, dot = plot.locator(".steps").bounding_box(), plot.locator("circle").bounding_box()
        assert chart
        assert dot
        assert chart["x"] < dot["x"] < chart["x"] + chart["width"]
        expect(plot.get_by_text(re.compile("Next step|No step"))).to_have_count(2)


def test_warnings_and_model_are_shown(
    address: str, clinician: ClinicianPage, scorecard: Scorecard
) -> None:
    clinician.predict(EXAMPLES["malignant"])
    [warning] = scorecard.warnings(tuple(EXAMPLES["malignant"].values()))
    expect(clinician.warnings).to_have_text([warning.message])
    expect(clinician.announcement).to_contain_text(warning.message)
    origin = clinician.page.locator(".origin")
    origin.get_by_text("About the model").click()
    expect(origin).to_contain_text(f"Digest of the model: {scorecard.digest}")
    card = origin.get_by_role("link", name="model card")
    assert card.evaluate("link => link.href") == f"{address}/card"


def test_accepts_decimal_commas(
    clinician: ClinicianPage, page: Page, browser_log: BrowserLog
) -> None:
    with page.expect_request("**/explain") as request:
        texts = {name: str(v).replace(".", ",") for name, v in EXAMPLES["benign"].items()}
        clinician.predict(texts)
    assert request.value.post_data_json == EXAMPLES["benign"]
    expect(clinician.decision).to_have_text("Benign")
    assert browser_log.messages == []


def test_marks_a_stale_result(clinician: ClinicianPage) -> None:
    clinician.predict(scan("benign"))
    stale = clinician.page.get_by_text("The measurements have changed.")
    expect(clinician.decision).to_have_text("Benign")
    expect(stale).to_be_hidden()
    clinician.fill({"worstArea": 712})
    expect(stale).to_be_visible()
    clinician.fill({"worstArea": 711.2})
    expect(stale).to_be_hidden()
    clinician.button("Clear").click()
    expect(clinician.decision).to_be_hidden()
    assert set(clinician.texts().values()) == {""}
    expect(clinician.field("meanConcavePoints")).to_be_focused()
