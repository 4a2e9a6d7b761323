"""The files in the artifacts folder."""

import json
import re
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import joblib
from sklearn.ensemble import GradientBoostingClassifier

from model.files import atomic_write
from training.errors import EvaluationRecordMissing, SearchResultMissing, TrainingError

ESTIMATOR_FILE = "clf.joblib"
"""The fitted scikit-learn estimator. Ignored by git and never served."""

SEARCH_FILE = "search.json"
"""The search result."""

EVALUATION_FILE = "evaluation.json"
"""The evaluation record."""

CARD_FILE = "README.md"
"""The model card in Markdown."""

CARD_PAGE_FILE = "card.html"
"""The model card as an HTML page."""

FIGURES_FOLDER = "figures"
"""The figures of the model card."""

_SEARCH_KEYS = ("features", "parameters", "folds", "f1")
_EVALUATION_KEYS = (
    *("command", "date", "versions", "data", "features", "parameters", "folds", "seeds"),
    *("resamples", "choices", "repetitions", "metrics", "differences", "confusion", "band"),
    *("referral", "patients"),
)
_INNERMOST = re.compile(r"\[[^][{}]*\]|\{[^][{}]*\}")


def to_json(record: dict[str, Any]) -> str:
    """Return ``record`` as indented JSON, with its innermost lists and objects on one line."""
    text = json.dumps(record, indent=2, allow_nan=False)
    return _INNERMOST.sub(_join_lines, text) + "\n"


def _join_lines(match: re.Match[str]) -> str:
    return match[0][0] + " ".join(match[0][1:-1].split()) + match[0][-1]


def write_artifacts(
    folder: Path, texts: Mapping[str, str], estimator: GradientBoostingClassifier
) -> None:
    """Write ``estimator`` and the files generated from it.

    Args:
        folder: The artifacts folder.
        texts: The content of each file by its path in ``folder``, in the order of writing.
        estimator: The ensemble that the scorecard was compiled from.
    """
    with atomic_write(folder / ESTIMATOR_FILE, "wb") as file:
        joblib.dump(estimator, file)
    for name, text in texts.items():
        (folder / name).parent.mkdir(exist_ok=True)
        _write_text(folder / name, text)


def write_record(path: Path, record: dict[str, Any]) -> None:
    """Write a search result or an evaluation record."""
    _write_text(path, to_json(record))


def _write_text(path: Path, text: str) -> None:
    with atomic_write(path, encoding="utf-8") as file:
        file.write(text)


def read_search_result(folder: Path) -> dict[str, Any]:
    """Return the search result in ``folder``, with its file's ``sha256``.

    Raises:
        SearchResultMissing: The file is missing or is not a search result.
    """
    command = "'python -m training --search', which takes minutes"
    return _read_record(folder / SEARCH_FILE, _SEARCH_KEYS, SearchResultMissing, command)


def read_evaluation_record(folder: Path) -> dict[str, Any]:
    """Return the evaluation record in ``folder``, with its file's ``sha256``.

    Raises:
        EvaluationRecordMissing: The file is missing or is not an evaluation record.
    """
    command = "'python -m training --evaluate', which takes most of an hour"
    return _read_record(
        folder / EVALUATION_FILE, _EVALUATION_KEYS, EvaluationRecordMissing, command
    )


def _read_record(
    path: Path, keys: Sequence[str], error_type: type[TrainingError], command: str
) -> dict[str, Any]:
    try:
        text = path.read_text(encoding="utf-8")
        record = json.loads(text)
        selected = {key: record[key] for key in keys}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise error_type(
            f"{path} cannot be used ({error!r}); restore it from version control or run {command}"
        ) from error
    # The scorecard states this hash, so that an edited record can be detected.
    return {**selected, "sha256": sha256(text.encode()).hexdigest()}
