import re
import subprocess
import sys
from dataclasses import replace
from typing import Any

from model import ARTIFACTS, Scorecard
from tests.conftest import ROOT
from training.artifacts import CARD_FILE
from training.baselines import SCORECARD
from training.card import render_card

CARD = (ARTIFACTS / CARD_FILE).read_text(encoding="utf-8")


def test_only_the_last_digits_do_not_change_the_card(
    scorecard: Scorecard, record: dict[str, Any]
) -> None:
    features = tuple(
        replace(feature, points=tuple(points + 1e-13 for points in feature.points))
        for feature in scorecard.features
    )
    assert render_card(replace(scorecard, features=features), record) == CARD
    assert scorecard.digest in CARD
    changed = {**record, "referral": {**record["referral"], "missed": 7}}
    assert render_card(scorecard, changed) != CARD


def test_the_command_prints_the_output_shown() -> None:
    ((command, output),) = re.findall(r"```sh\n(.*?)\n```\n\n```text\n(.*?)```", CARD, re.DOTALL)
    run = subprocess.run(
        ["bash", "-c", command.replace(".venv/bin/python", f"'{sys.executable}'")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.splitlines() == output.splitlines()


def test_every_make_target_exists() -> None:
    makefile = (ROOT / "Makefile").read_text()
    targets = set(re.findall(r"`make ([a-z]+)`", CARD))
    assert targets == {"train", "evaluate", "search", "test"}
    assert all(re.search(rf"^{target}:", makefile, re.MULTILINE) for target in targets)


def test_its_statements_about_the_numbers_are_true(record: dict[str, Any]) -> None:
    metrics, differences = record["metrics"], record["differences"]
    for name in ("logisticFive", "logisticAll"):
        assert differences[name]["accuracy"]["value"] >= 0
        assert differences[name]["rocAuc"]["value"] >= 0
        assert differences[name]["logLoss"]["value"] <= 0
    logistic, served = (
        metrics[name]["specificityAtSensitivity99"] for name in ("logisticFive", SCORECARD)
    )
    assert logistic["value"] > served["value"]
    assert all(estimate["high"] - estimate["low"] > 0.2 for estimate in (logistic, served))
    selected = record["features"], record["parameters"]
    same = [(each["features"], each["parameters"]) == selected for each in record["choices"]]
    assert sum(same) < len(same) / 2, "most folds selected another model"


def test_it_is_complete_and_states_that_it_is_not_a_medical_device() -> None:
    assert "**It is not a medical device.**" in CARD
    assert "$" not in CARD
