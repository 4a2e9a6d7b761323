"""Five measurements typed, and the answer read: by keyboard, by ear and by eye."""

import re
from itertools import pairwise

import pytest
from playwright.sync_api import Locator, Page, expect

from app.observation import EXAMPLES
from model import Scorecard
from tests.browser.clinician import LABELS, SCANS, ClinicianPage, scan
from tests.browser.conftest import Visit

WORDS = {"malignant": "Malignant", "benign": "Benign", "refer": "Refer to a person"}

BARS = """(bars) => bars.map((bar) => {
  const { left, right } = bar.getBoundingClientRect();
  return [bar.getAttribute("class"), left, right];
})"""
"""What kind a bar is of, and where it begins and ends."""


def signed(log_odds: float) -> str:
    return f"{log_odds:+.2f}".replace("-", "\u2212")


def focused(page: Page) -> Locator:
    return page.locator(":focus")


def test_the_example_by_keyboard_alone(site: str, page: Page) -> None:
    clinician = ClinicianPage(page, site)
    order = [clinician.field(name) for name in LABELS]
    order += [clinician.button(name) for name in ("Predict", "Clear", "malignant")]
    for stop in order[:-1]:
        expect(stop).to_be_focused()
        page.keyboard.press("Tab")
    expect(order[-1]).to_be_focused()
    page.keyboard.press("Enter")
    expect(clinician.button("Predict")).to_be_focused()
    typed = {name: float(text) for name, text in clinician.typed().items()}
    assert typed == EXAMPLES["malignant"]
    page.keyboard.press("Enter")
    expect(clinician.result).to_have_text("Malignant")


def test_enter_submits_and_the_answer_is_announced(site: str, page: Page) -> None:
    clinician = ClinicianPage(page, site)
    # It has to be there before its words are, or a screen reader doesn't listen to it.
    announcer = page.get_by_role("status").filter(has_not_text=re.compile("."))
    expect(announcer.and_(clinician.announced)).to_have_count(1)
    for value in EXAMPLES["benign"].values():
        page.keyboard.type(str(value))
        page.keyboard.press("Tab")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    said = page.get_by_role("status").filter(has_text="Benign. The model predicts that the ")
    expect(said).to_contain_text("the probability of malignancy is 2.1\u00a0%.")
    expect(clinician.field("worstConcavePoints")).to_be_focused()


@pytest.mark.parametrize("decision", SCANS)
def test_the_answer_and_its_reasons_are_the_models(
    site: str, page: Page, scorecard: Scorecard, decision: str
) -> None:
    clinician = ClinicianPage(page, site)
    clinician.predict(scan(decision))
    expect(clinician.result).to_have_text(WORDS[decision])
    expect(clinician.announced).to_contain_text(WORDS[decision])
    score = scorecard.score(SCANS[decision])
    probability = f"{scorecard.probability(SCANS[decision]):.1%}".replace("%", "\u00a0%")
    expect(page.locator(".scale .value")).to_have_text(probability)
    expect(page.locator(".result")).to_contain_text(probability)
    shown = dict(
        zip(
            page.locator(".sum tbody th").all_inner_texts(),
            page.locator(".sum tbody td.number").all_inner_texts(),
            strict=True,
        )
    )
    added = {re.split(r"\n+", name)[0]: value for name, value in shown.items()}
    expected = {"Baseline": scorecard.intercept, "Score": score}
    contributions = scorecard.contributions(SCANS[decision])
    expected |= dict(zip(LABELS.values(), contributions.values(), strict=True))
    assert added == {name: signed(value) for name, value in expected.items()}
    assert clinician.warnings.all_inner_texts() == []


@pytest.mark.parametrize("decision", SCANS)
def test_the_sum_is_drawn_term_by_term(address: str, page: Page, decision: str) -> None:
    clinician = ClinicianPage(page, address)
    clinician.predict(scan(decision))
    expect(clinician.result).to_be_visible()
    texts = page.locator(".sum tbody td.number").all_inner_texts()
    *terms, score = [float(text.replace("\u2212", "-")) for text in texts]
    bars = page.locator(".sum rect:not(.band)").evaluate_all(BARS)
    assert [kind for kind, _, _ in bars] == [
        "benign" if term < 0 else "malignant" for term in terms
    ]
    at = [bars[0][2] if terms[0] < 0 else bars[0][1]]  # Where nothing is added yet.
    for term, (_, left, right) in zip(terms, bars, strict=True):
        before, after = (right, left) if term < 0 else (left, right)
        assert before == pytest.approx(at[-1], abs=1)
        at.append(after)
    scale = (at[-1] - at[0]) / score
    drawn = [(after - before) / scale for before, after in pairwise(at)]
    assert drawn == pytest.approx(terms, abs=0.03)
    [(_, left, right)] = page.locator(".sum .pointer").evaluate_all(BARS)
    assert (left + right) / 2 == pytest.approx(at[-1], abs=1)


def test_each_measurement_is_drawn_with_the_patient_on_it(site: str, page: Page) -> None:
    clinician = ClinicianPage(page, site)
    clinician.predict(scan("refer"))
    plots = page.locator(".plot")
    expect(plots).to_have_count(5)
    assert plots.locator("h4").all_inner_texts() == list(LABELS.values())
    for plot, value in zip(plots.all(), SCANS["refer"], strict=True):
        expect(plot.locator("p")).to_contain_text(f"{value:g} adds ")
        steps, dot = plot.locator(".steps").bounding_box(), plot.locator("circle").bounding_box()
        assert steps
        assert dot
        assert steps["x"] < dot["x"] < steps["x"] + steps["width"]
        expect(plot.get_by_text(re.compile("Next step|No step"))).to_have_count(2)


def test_warnings_stand_with_the_answer_and_are_announced(
    site: str, page: Page, scorecard: Scorecard
) -> None:
    clinician = ClinicianPage(page, site)
    clinician.predict(EXAMPLES["malignant"])
    expect(clinician.warnings).to_have_count(1)
    [warning] = scorecard.warnings(tuple(EXAMPLES["malignant"].values()))
    expect(clinician.warnings).to_have_text(str(warning.message))
    expect(clinician.announced).to_contain_text(str(warning.message))


def test_it_says_which_model_answered_and_where_its_card_is(
    site: str, page: Page, scorecard: Scorecard
) -> None:
    clinician = ClinicianPage(page, site)
    clinician.predict(scan("benign"))
    page.get_by_text("Where it comes from").click()
    expect(page.locator(".origin")).to_contain_text(f"Digest of the model: {scorecard.digest}")
    card = page.locator(".origin").get_by_role("link", name="model card")
    assert card.evaluate("link => link.href") == f"{site}/card"


def test_a_decimal_comma_is_as_good_as_a_point(site: str, page: Page, visit: Visit) -> None:
    clinician = ClinicianPage(page, site)
    with page.expect_request("**/explain") as asked:
        clinician.predict({n: str(v).replace(".", ",") for n, v in EXAMPLES["benign"].items()})
    assert asked.value.post_data_json == EXAMPLES["benign"]
    expect(clinician.result).to_have_text("Benign")
    assert visit.messages == []


def test_an_answer_to_earlier_measurements_says_so(address: str, page: Page) -> None:
    clinician = ClinicianPage(page, address)
    clinician.predict(scan("benign"))
    stale = page.get_by_text("The measurements have been changed.")
    expect(clinician.result).to_have_text("Benign")
    expect(stale).to_be_hidden()
    clinician.type({"worstArea": 712})
    expect(stale).to_be_visible()
    clinician.type({"worstArea": 711.2})
    expect(stale).to_be_hidden()
    clinician.button("Clear").click()
    expect(clinician.result).to_be_hidden()
    assert set(clinician.typed().values()) == {""}
    expect(clinician.field("meanConcavePoints")).to_be_focused()
