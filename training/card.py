"""The model card: a template, and the numbers that fill it in."""

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from string import Template
from typing import Any

from model import Scorecard
from model.step_labels import step_labels
from model.table import format_calculation, format_markdown
from training.baselines import MAJORITY, PROCEDURE, SCORECARD, candidates
from training.metrics import METRICS

TEMPLATE = Path(__file__).with_name("card.md")

EXAMPLE = (0.07951, 24.86, 26.58, 1866, 0.01)
"""The patient whose sum is worked out."""

HEADINGS = {
    PROCEDURE: "procedure",
    SCORECARD: "served model",
    "logisticFive": "logistic, five",
    "logisticAll": "logistic, thirty",
    "boosting": "boosting, depth 3",
    MAJORITY: "majority",
}
"""Each model's name at the head of a column."""

Figure = Mapping[str, float]


def card(scorecard: Scorecard, evidence: Mapping[str, Any]) -> str:
    """Return the card's text in Markdown.

    Args:
        scorecard: The model that it describes.
        evidence: What the evaluation stored.
    """
    fields = {
        **_model_fields(scorecard),
        **_result_fields(evidence),
        **_comparison_fields(evidence),
        **_referral_fields(scorecard, evidence),
        **_stability_fields(evidence),
    }
    return Template(TEMPLATE.read_text(encoding="utf-8")).substitute(fields)


def _model_fields(scorecard: Scorecard) -> dict[str, Any]:
    provenance = scorecard.provenance
    held_out = provenance["metrics"]["holdOut"]
    roundness = next(each for each in scorecard.input_checks if each.name == "roundness")
    return {
        "digest": scorecard.digest,
        "table": format_markdown(scorecard).rstrip(),
        "example": " ".join(str(value) for value in EXAMPLE),
        "worked": format_calculation(scorecard, EXAMPLE).rstrip(),
        "dips": "\n".join(_dips(scorecard)),
        "train": provenance["data"]["rows"],
        "trees": provenance["parameters"]["n_estimators"],
        "test": held_out["patients"],
        "holdout_f1": f"{held_out['f1']:.3f}",
        "holdout_missed": held_out["missed"],
        "holdout_alarms": held_out["falseAlarms"],
        "roundness_low": roundness.minimum,
        "roundness_high": roundness.maximum,
    }


def _dips(scorecard: Scorecard) -> Iterable[str]:
    for feature in scorecard.features:
        for step in feature.decreasing_steps():
            before, points = feature.points[step - 1 : step + 1]
            yield (
                f"- {feature.column} {step_labels(feature)[step]}: {points:+.3f}, "
                f"after {before:+.3f} for smaller values"
            )


def _result_fields(evidence: Mapping[str, Any]) -> dict[str, Any]:
    metrics, repeated = evidence["metrics"], evidence["repetitions"]
    confusion = evidence["confusion"]
    malignant = confusion[MAJORITY]["missed"]
    everybody = evidence["data"]["rows"]
    return {
        "everybody": everybody,
        "malignant": malignant,
        "share": _percent(malignant / everybody),
        "folds": evidence["folds"],
        "resamples": f"{evidence['resamples']:,}",
        "repetitions": len(evidence["seeds"]),
        "date": evidence["date"],
        "versions": ", ".join(f"{name} {is_}" for name, is_ in evidence["versions"].items()),
        **_columns("models", "columns", metrics),
        "results": _rows(metrics, _with_interval),
        **_columns("repeated", "repeated_columns", repeated),
        "spread": _rows(repeated, _with_range),
        "confusion": "\n".join(
            _row(HEADINGS[name], (str(found[kind]) for kind in _OUTCOMES))
            for name, found in confusion.items()
        ),
    }


_OUTCOMES = ("malignant", "missed", "benign", "falseAlarms")


def _comparison_fields(evidence: Mapping[str, Any]) -> dict[str, Any]:
    models = candidates(evidence["parameters"])
    demanding = {
        name: evidence["metrics"][name]["specificityAtSensitivity99"]
        for name in (SCORECARD, "logisticFive")
    }
    return {
        "procedure": HEADINGS[PROCEDURE],
        "scorecard": HEADINGS[SCORECARD],
        "others": "; ".join(
            f"*{HEADINGS[name]}* is {models[name].description}"
            for name in models
            if name != SCORECARD
        ),
        "differences": "\n".join(
            _row(HEADINGS[name], (_signed(figure) for figure in figures.values()))
            for name, figures in evidence["differences"].items()
            if name != MAJORITY
        ),
        "served_specificity": _with_interval(demanding[SCORECARD]),
        "logistic_specificity": _with_interval(demanding["logisticFive"]),
        "parameters": " and ".join(
            f"`{name}` {value}" for name, value in evidence["parameters"].items()
        ),
    }


def _referral_fields(scorecard: Scorecard, evidence: Mapping[str, Any]) -> dict[str, Any]:
    report = evidence["referral"]
    return {
        "lower": scorecard.band.lower,
        "upper": scorecard.band.upper,
        "referred": report["referred"],
        "referral_rate": _percent(report["referred"] / evidence["data"]["rows"]),
        "called_benign": report["benign"],
        "called_malignant": report["malignant"],
        "below_missed": report["missed"],
        "above_alarms": report["falseAlarms"],
        "below_right": _right(report["missed"], report["benign"]),
        "above_right": _right(report["falseAlarms"], report["malignant"]),
    }


def _stability_fields(evidence: Mapping[str, Any]) -> dict[str, Any]:
    choices = evidence["choices"]
    kept = [choice["features"] for choice in choices]
    depths = Counter(choice["parameters"]["max_depth"] for choice in choices)
    always = [name for name in evidence["features"] if all(name in each for each in kept)]
    return {
        "same": sum(each == evidence["features"] for each in kept),
        "fewest": min(map(len, kept)),
        "most": max(map(len, kept)),
        "always": len(always),
        "additive": depths[1],
        "deeper": ", ".join(
            f"depth {depth} in {count}" for depth, count in sorted(depths.items()) if depth > 1
        ),
    }


def _columns(heads: str, rule: str, models: Mapping[str, Any]) -> dict[str, str]:
    return {heads: " | ".join(HEADINGS[name] for name in models), rule: " ---: |" * len(models)}


def _rows(models: Mapping[str, Any], cell: Any) -> str:
    return "\n".join(
        _row(words, (cell(found[name]) if name in found else "" for found in models.values()))
        for name, words in METRICS.items()
    )


def _row(head: str, cells: Iterable[str]) -> str:
    return f"| {head} | {' | '.join(cells)} |"


def _with_interval(figure: Figure) -> str:
    return f"{figure['value']:.3f} ({figure['low']:.3f} to {figure['high']:.3f})"


def _with_range(figure: Figure) -> str:
    return f"{figure['mean']:.3f} ({figure['least']:.3f} to {figure['greatest']:.3f})"


def _signed(figure: Figure) -> str:
    return f"{figure['value']:+.3f} ({figure['low']:+.3f} to {figure['high']:+.3f})"


def _right(wrong: int, called: int) -> str:
    return _percent(1 - wrong / called) if called else "nobody"


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"
