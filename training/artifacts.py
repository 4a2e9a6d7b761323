"""Read and write the files of the model's folder."""

import json
import re
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import joblib
from sklearn.ensemble import GradientBoostingClassifier

from model.files import atomic_write
from training.errors import EvidenceMissing, SearchMissing

ESTIMATOR = "clf.joblib"
"""The file name of the fitted scikit-learn estimator; git-ignored, never served."""

SEARCH = "search.json"
"""The file name of what the search found."""

EVIDENCE = "evaluation.json"
"""The file name of the evaluation's record."""

CARD = "README.md"
"""The file name of the model card."""

CARD_PAGE = "card.html"
"""The file name of the same card as the page that the service shows."""

FIGURES = "figures"
"""The folder of the card's figures."""

_UNUSABLE = (OSError, ValueError, KeyError, TypeError)
_FOUND = ("features", "parameters", "folds", "f1")
_EVIDENCE = (
    "command",
    "date",
    "versions",
    "data",
    "features",
    "parameters",
    "folds",
    "seeds",
    "resamples",
    "choices",
    "repetitions",
    "metrics",
    "differences",
    "confusion",
    "band",
    "referral",
    "patients",
)
_INNERMOST = re.compile(r"\[[^][{}]*\]|\{[^][{}]*\}")


def render(document: dict[str, Any]) -> str:
    """Return ``document`` as JSON for readers: indented, but a list of numbers on one line."""
    text = json.dumps(document, indent=2, allow_nan=False)
    return _INNERMOST.sub(_on_one_line, text) + "\n"


def _on_one_line(match: re.Match[str]) -> str:
    return match[0][0] + " ".join(match[0][1:-1].split()) + match[0][-1]


def write_model(
    folder: Path, texts: Mapping[str, str], estimator: GradientBoostingClassifier
) -> None:
    """Write what was made from ``estimator``, and itself, into ``folder``.

    Args:
        folder: Where the files go.
        texts: The files' texts by their names, relative to ``folder``; the scorecard's last,
            so that all that describes it is there when it is.
        estimator: The ensemble that the scorecard was compiled from.
    """
    with atomic_write(folder / ESTIMATOR, "wb") as file:
        joblib.dump(estimator, file)
    for name, text in texts.items():
        (folder / name).parent.mkdir(exist_ok=True)
        write_text(folder / name, text)


def write_text(path: Path, text: str) -> None:
    """Write ``text`` to ``path``, whole or not at all."""
    with atomic_write(path, encoding="utf-8") as file:
        file.write(text)


def write_record(path: Path, record: dict[str, Any]) -> None:
    """Write ``record``, of a search or of an evaluation, to ``path``."""
    write_text(path, render(record))


def read_search(folder: Path) -> dict[str, Any]:
    """Return what the search stored in ``folder`` found, and its file's ``sha256``.

    Raises:
        SearchMissing: There is no such file, or it isn't one that the search wrote.
    """
    try:
        return _read(folder / SEARCH, _FOUND)
    except _UNUSABLE as error:
        raise SearchMissing(
            f"{folder / SEARCH} is not a record of a search ({error!r}); restore it from version "
            "control or run 'python -m training --search', which takes minutes"
        ) from error


def read_evidence(folder: Path) -> dict[str, Any]:
    """Return the evaluation that is stored in ``folder``, and its file's ``sha256``.

    Raises:
        EvidenceMissing: There is no such file, or it isn't one that the evaluation wrote.
    """
    try:
        return _read(folder / EVIDENCE, _EVIDENCE)
    except _UNUSABLE as error:
        raise EvidenceMissing(
            f"{folder / EVIDENCE} is not a record of an evaluation ({error!r}); restore it from "
            "version control or run 'python -m training --evaluate', which takes most of an hour"
        ) from error


def _read(path: Path, keys: Sequence[str]) -> dict[str, Any]:
    text = path.read_text(encoding="utf-8")
    record = json.loads(text)
    # Whoever changes a number by hand changes this, and it stands in the scorecard.
    return {**{key: record[key] for key in keys}, "sha256": sha256(text.encode()).hexdigest()}
