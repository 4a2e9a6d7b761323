"""Read a scorecard from its file, and refuse every one that cannot be trusted."""

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
"""The folder that holds the model's artefacts."""

SCORECARD_FILE = "scorecard.json"
"""The scorecard's file name within its folder."""

FORMAT_VERSION = 2
"""The version of the scorecard format that this code reads and training writes."""

GOLDEN_TOLERANCE = 1e-12
"""How far, in log-odds, a score may be from the one that scikit-learn gave in training."""


def load(path: Path = ARTIFACTS / SCORECARD_FILE) -> Scorecard:
    """Return the scorecard in ``path``, verified.

    Its seal, its format and its golden vectors are all checked: observations with the
    scores that scikit-learn gave them in training, and what was decided and flagged.

    Raises:
        ScorecardError: Which subclass tells what is wrong; the message names the file
            and the cure.
    """
    try:
        return parse(_read(path))
    except ScorecardError as error:
        cure = "restore it from version control or write it anew with 'make train'"
        raise type(error)(f"{path}: {error}; {cure}") from error


def parse(text: str) -> Scorecard:
    """Return the scorecard that ``text`` holds, verified as by `load`."""
    digest = verify(text)
    try:
        document = json.loads(text)
        version = document["version"]
        if version != FORMAT_VERSION:
            raise ScorecardVersionUnsupported(
                f"its format has version {version!r}, and this code reads version {FORMAT_VERSION}"
            )
        scorecard = _scorecard(document, digest)
        _check_golden(scorecard, document["golden"])
    except KeyError as error:
        raise ScorecardInvalid(f"it has no {error.args[0]!r}") from error
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
        input_checks=tuple(_relation(entry) for entry in document["relations"]),
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


def _relation(entry: dict[str, Any]) -> InputCheck:
    return InputCheck(**{**entry, "features": tuple(entry["features"])})


def _check_golden(scorecard: Scorecard, golden: list[dict[str, Any]]) -> None:
    if not golden:
        raise ScorecardInvalid("it has no golden vectors to check it with")
    for number, vector in enumerate(golden, start=1):
        values = tuple(vector["values"])
        score, expected = scorecard.score(values), vector["score"]
        # Written so that a NaN, which compares false to everything, is a mismatch.
        if not abs(score - expected) <= GOLDEN_TOLERANCE:
            raise GoldenVectorMismatch(f"golden vector {number} scores {score!r}, not {expected!r}")
        recorded = (vector["decision"], vector["cautions"])
        found = (scorecard.decision(values), warning_summaries(scorecard.warnings(values)))
        if found != recorded:
            raise GoldenVectorMismatch(f"golden vector {number} gives {found}, not {recorded}")


def warning_summaries(cautions: Iterable[InputWarning]) -> list[str]:
    """Return ``cautions`` as a golden vector records them."""
    return [f"{caution.code}: {', '.join(caution.features)}" for caution in cautions]
