"""The model card: a Markdown template and its numbers."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from string import Template
from typing import Any

from model import Scorecard
from model.step_labels import step_labels
from model.table import format_calculation, format_markdown
from training.baselines import MAJORITY, PROCEDURE, SCORECARD, baselines
from training.metrics import METRICS

TEMPLATE = Path(__file__).with_name("card.md")

EXAMPLE = (0.07951, 24.86, 26.58, 1866, 0.01)
"""The observation whose calculation the card shows."""

HEADINGS = {
    PROCEDURE: "procedure",
    SCORECARD: "served model",
    "logisticFive": "logistic, five",
    "logisticAll": "logistic, thirty",
    "boosting": "boosting, depth 3",
    MAJORITY: "majority",
}
"""Column heading of each model."""

_OUTCOMES = ("malignant", "missed", "benign", "falseAlarms")

Estimate = Mapping[str, float]


def render_card(scorecard: Scorecard, evaluation_record: Mapping[str, Any]) -> str:
    """Return the model card in Markdown."""
    fields = {
        **_model_fields(scorecard),
        **_data_fields(evaluation_record),
        **_metric_fields(evaluation_record),
        **_comparison_fields(evaluation_record),
        **_referral_fields(scorecard, evaluation_record),
        **_stability_fields(evaluation_record),
    }
    return Template(TEMPLATE.read_text(encoding="utf-8")).substitute(fields)


def _model_fields(scorecard: Scorecard) -> dict[str, Any]:
    provenance = scorecard.provenance
    holdout = provenance["metrics"]["holdOut"]
    roundness = next(check for check in scorecard.input_checks if check.name == "roundness")
    return {
        "digest": scorecard.digest,
        "table": format_markdown(scorecard).rstrip(),
        "example": " ".join(str(value) for value in EXAMPLE),
        "calculation": format_calculation(scorecard, EXAMPLE).rstrip(),
        "dips": "\n".join(_dips(scorecard)),
        "train": provenance["data"]["rows"],
        "trees": provenance["parameters"]["n_estimators"],
        "test": holdout["patients"],
        "holdout_f1": f"{holdout['f1']:.3f}",
        "holdout_missed": holdout["missed"],
        "holdout_alarms": holdout["falseAlarms"],
        "roundness_low": roundness.minimum,
        "roundness_high": roundness.maximum,
    }


def _dips(scorecard: Scorecard) -> Iterator[str]:
    for feature in scorecard.features:
        for step in feature.decreasing_steps():
            before, points = feature.points[step - 1 : step + 1]
            label = f"{feature.column} {step_labels(feature)[step]}"
            yield f"- {label}: {points:+.3f}, after {before:+.3f} for smaller values"


def _data_fields(record: Mapping[str, Any]) -> dict[str, Any]:
    patients, malignant = record["data"]["rows"], record["confusion"][MAJORITY]["missed"]
    return {
        "patients": patients,
        "malignant": malignant,
        "share": _percent(malignant / patients),
        "folds": record["folds"],
        "resamples": f"{record['resamples']:,}",
        "repetitions": len(record["seeds"]),
        "date": record["date"],
        "versions": ", ".join(f"{name} {version}" for name, version in record["versions"].items()),
        "parameters": " and ".join(
            f"`{name}` {value}" for name, value in record["parameters"].items()
        ),
    }


def _metric_fields(record: Mapping[str, Any]) -> dict[str, Any]:
    title = f"Out of fold, {record['data']['rows']} patients"
    return {
        "metrics": _metric_table(title, record["metrics"], _with_interval),
        "spread": _metric_table("", record["repetitions"], _with_range),
        "confusion": "\n".join(
            _row(HEADINGS[name], (str(counts[outcome]) for outcome in _OUTCOMES))
            for name, counts in record["confusion"].items()
        ),
    }


def _comparison_fields(record: Mapping[str, Any]) -> dict[str, Any]:
    specificity = {
        name: _with_interval(record["metrics"][name]["specificityAtSensitivity99"])
        for name in (SCORECARD, "logisticFive")
    }
    return {
        "procedure": HEADINGS[PROCEDURE],
        "served": HEADINGS[SCORECARD],
        "others": "; ".join(
            f"*{HEADINGS[name]}* is {model.description}"
            for name, model in baselines(record["parameters"]).items()
            if name != SCORECARD
        ),
        "differences": "\n".join(
            _row(HEADINGS[name], map(_signed, differences.values()))
            for name, differences in record["differences"].items()
            if name != MAJORITY
        ),
        "served_specificity": specificity[SCORECARD],
        "logistic_specificity": specificity["logisticFive"],
    }


def _referral_fields(scorecard: Scorecard, record: Mapping[str, Any]) -> dict[str, Any]:
    counts = record["referral"]
    return {
        "lower": scorecard.band.lower,
        "upper": scorecard.band.upper,
        "referred": counts["referred"],
        "referred_share": _percent(counts["referred"] / record["data"]["rows"]),
        "benign": counts["benign"],
        "malignant_decisions": counts["malignant"],
        "missed": counts["missed"],
        "false_alarms": counts["falseAlarms"],
        "benign_correct": _percent_correct(counts["missed"], counts["benign"]),
        "malignant_correct": _percent_correct(counts["falseAlarms"], counts["malignant"]),
    }


def _stability_fields(record: Mapping[str, Any]) -> dict[str, Any]:
    selected = [choice["features"] for choice in record["choices"]]
    depths = Counter(choice["parameters"]["max_depth"] for choice in record["choices"])
    always = set(record["features"]).intersection(*selected)
    return {
        "same": sum(features == record["features"] for features in selected),
        "fewest": min(map(len, selected)),
        "most": max(map(len, selected)),
        "always": len(always),
        "one_split": depths[1],
        "deeper": ", ".join(
            f"depth {depth} in {count}" for depth, count in sorted(depths.items()) if depth > 1
        ),
    }


def _metric_table(
    title: str, models: Mapping[str, Mapping[str, Estimate]], formatted: Callable[[Estimate], str]
) -> str:
    header = [_row(title, (HEADINGS[name] for name in models)), _row("---", ["---:"] * len(models))]
    rows = (
        _row(words, (formatted(model[name]) if name in model else "" for model in models.values()))
        for name, words in METRICS.items()
    )
    return "\n".join([*header, *rows])


def _row(heading: str, cells: Iterable[str]) -> str:
    return f"| {heading} | {' | '.join(cells)} |"


def _with_interval(estimate: Estimate) -> str:
    return "{value:.3f} ({low:.3f} to {high:.3f})".format(**estimate)


def _with_range(estimate: Estimate) -> str:
    return "{mean:.3f} ({least:.3f} to {greatest:.3f})".format(**estimate)


def _signed(estimate: Estimate) -> str:
    return "{value:+.3f} ({low:+.3f} to {high:+.3f})".format(**estimate)


def _percent_correct(wrong: int, total: int) -> str:
    return _percent(1 - wrong / total) if total else "none"


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"
