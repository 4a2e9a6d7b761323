"""Load a scorecard from its file and verify it."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from model.band import Band
from model.errors import (
    GoldenVectorMismatch,
    ScorecardAltered,
    ScorecardError,
    ScorecardInvalid,
    ScorecardMissing,
    ScorecardVersionUnsupported,
)
from model.input_checks import InputCheck, InputWarning
from model.scorecard import Feature, Scorecard
from model.seal import verify

ARTIFACTS = Path(__file__).parent / "artifacts"
"""Folder of the files that training generates."""

SCORECARD_FILE = "scorecard.json"
"""Name of the scorecard in `ARTIFACTS`."""

FORMAT_VERSION = 2
"""Version of the scorecard format that this code reads and training writes."""

GOLDEN_TOLERANCE = 1e-12
"""Accepted difference, in log-odds, between a score and scikit-learn's, recorded in training."""


def load(path: Path = ARTIFACTS / SCORECARD_FILE) -> Scorecard:
    """Load the scorecard in ``path``.

    Verifies its SHA-256, its format and its golden vectors: observations with the score that
    scikit-learn gave in training, the decision and the warnings.

    Raises:
        ScorecardError: The scorecard cannot be trusted. The subclass gives the cause; the
            message names the file and the remedy.
    """
    try:
        return parse(_read(path))
    except ScorecardError as error:
        remedy = "restore it from version control or regenerate it with 'make train'"
        raise type(error)(f"{path}: {error}; {remedy}") from error


def parse(text: str) -> Scorecard:
    """Return the scorecard in ``text``, verified like `load` does.

    Raises:
        ScorecardError: The scorecard cannot be trusted.
    """
    digest = verify(text)
    try:
        document = json.loads(text)
        version = document["version"]
        if version != FORMAT_VERSION:
            raise ScorecardVersionUnsupported(
                f"its format version is {version!r}; this code reads version {FORMAT_VERSION}"
            )
        scorecard = _scorecard(document, digest)
        _verify_golden_vectors(scorecard, document["golden"])
    except KeyError as error:
        raise ScorecardInvalid(f"missing key {error.args[0]!r}") from error
    except (TypeError, ValueError) as error:
        raise ScorecardInvalid(f"it is malformed: {error}") from error
    return scorecard


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise ScorecardMissing(f"it cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise ScorecardAltered("it is not UTF-8 text") from error


def _scorecard(document: dict[str, Any], digest: str) -> Scorecard:
    return Scorecard(
        features=tuple(_feature(entry) for entry in document["features"]),
        intercept=float(document["intercept"]),
        classes={int(label): meaning for label, meaning in document["classes"].items()},
        band=Band(**document["band"]),
        input_checks=tuple(_input_check(entry) for entry in document["relations"]),
        provenance=dict(document["provenance"]),
        digest=digest,
    )


def _feature(entry: dict[str, Any]) -> Feature:
    return Feature(
        name=entry["name"],
        column=entry["column"],
        description=entry["description"],
        minimum=entry["minimum"],
        maximum=entry["maximum"],
        thresholds=tuple(entry["thresholds"]),
        points=tuple(entry["points"]),
    )


def _input_check(entry: dict[str, Any]) -> InputCheck:
    return InputCheck(**{**entry, "features": tuple(entry["features"])})


def _verify_golden_vectors(scorecard: Scorecard, vectors: list[dict[str, Any]]) -> None:
    if not vectors:
        raise ScorecardInvalid("it has no golden vectors")
    for number, vector in enumerate(vectors, start=1):
        values = tuple(vector["values"])
        score, expected = scorecard.score(values), vector["score"]
        # "not <=" instead of ">", so that NaN is a mismatch.
        if not abs(score - expected) <= GOLDEN_TOLERANCE:
            raise GoldenVectorMismatch(f"golden vector {number} scores {score!r}, not {expected!r}")
        recorded = (vector["decision"], vector["cautions"])
        actual = (scorecard.decision(values), warning_summaries(scorecard.warnings(values)))
        if actual != recorded:
            raise GoldenVectorMismatch(f"golden vector {number} gives {actual}, not {recorded}")


def warning_summaries(warnings: Iterable[InputWarning]) -> list[str]:
    """Return ``warnings`` in the form recorded in a golden vector: "code: feature, feature"."""
    return [f"{warning.code}: {', '.join(warning.features)}" for warning in warnings]
