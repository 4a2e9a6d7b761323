import re
import subprocess
import sys

import pytest

import model
from model import ARTIFACTS
from tests.conftest import ROOT
from tests.test_readme import transcript
from training.artifacts import CARD, read_evidence
from training.baselines import SCORECARD
from training.card import card

EVIDENCE = read_evidence(ARTIFACTS)
TEXT = (ARTIFACTS / CARD).read_text(encoding="utf-8")
FLAT = " ".join(TEXT.split())


def test_the_committed_card_is_the_one_of_the_committed_scorecard() -> None:
    assert card(model.load(), EVIDENCE) == TEXT
    assert model.load().digest in TEXT


@pytest.mark.parametrize(("command", "shown"), transcript(TEXT))
def test_a_command_in_the_card_gives_the_answer_shown(command: str, shown: str) -> None:
    run = subprocess.run(
        ["bash", "-c", command.replace(".venv/bin/python", sys.executable)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.splitlines() == shown.splitlines()


def test_it_has_a_command_to_try() -> None:
    assert len(transcript(TEXT)) == 1


def test_every_command_beside_a_number_exists() -> None:
    makefile = (ROOT / "Makefile").read_text()
    targets = set(re.findall(r"`make ([a-z]+)`", TEXT))
    assert targets == {"train", "evaluate", "search", "test"}
    assert all(re.search(rf"^{target}:", makefile, re.MULTILINE) for target in targets)


def test_what_it_says_about_logistic_regression_is_what_was_found() -> None:
    metrics, differences = EVIDENCE["metrics"], EVIDENCE["differences"]
    for name in ("logisticFive", "logisticAll"):
        assert differences[name]["accuracy"]["value"] >= 0
        assert differences[name]["rocAuc"]["value"] >= 0
        assert differences[name]["logLoss"]["value"] <= 0
    five, served = (
        metrics[name]["specificityAtSensitivity99"] for name in ("logisticFive", SCORECARD)
    )
    assert five["value"] > served["value"]
    assert all(figure["high"] - figure["low"] > 0.2 for figure in (five, served)), "both are wide"


def test_what_it_says_about_the_choices_stability_is_what_was_found() -> None:
    found = EVIDENCE["features"], EVIDENCE["parameters"]
    served = [(each["features"], each["parameters"]) == found for each in EVIDENCE["choices"]]
    assert sum(served) < len(served) / 2, "most of the folds chose another model"


def test_it_says_that_it_is_not_a_medical_device() -> None:
    assert "**It is not a medical device.**" in TEXT


def test_another_figure_makes_another_card() -> None:
    changed = {**EVIDENCE, "referral": {**EVIDENCE["referral"], "missed": 7}}
    assert card(model.load(), changed) != TEXT


def test_no_number_is_without_the_rest_of_its_sentence() -> None:
    assert "$" not in TEXT
    assert "  " not in FLAT
