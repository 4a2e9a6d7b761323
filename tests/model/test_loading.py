import json
import re
from pathlib import Path
from typing import Any

import pytest

import model
from model import (
    GoldenVectorMismatch,
    ScorecardAltered,
    ScorecardError,
    ScorecardInvalid,
    ScorecardMissing,
    ScorecardVersionUnsupported,
)

TEXT = (model.ARTIFACTS / model.SCORECARD_FILE).read_text(encoding="utf-8")
KEYS = ["version", "classes", "intercept", "features", "band", "relations", "golden", "provenance"]


def document() -> dict[str, Any]:
    content: dict[str, Any] = json.loads(TEXT)
    del content["sha256"]
    return content


def sealed(content: object) -> str:
    return model.seal(json.dumps(content, indent=2))


def test_loads_the_packaged_scorecard() -> None:
    scorecard = model.load()
    assert scorecard.digest == json.loads(TEXT)["sha256"]
    assert sum(len(feature.thresholds) for feature in scorecard.features) == 38
    assert scorecard.features == model.parse(sealed(document())).features


def test_loads_a_file_with_windows_line_endings(tmp_path: Path) -> None:
    path = tmp_path / "scorecard.json"
    path.write_bytes(TEXT.replace("\n", "\r\n").encode())
    assert model.load(path) == model.load()


@pytest.mark.parametrize(
    ("content", "error", "message"),
    [
        (None, ScorecardMissing, "it cannot be read"),
        (b"\xff\xfe", ScorecardAltered, "it is not UTF-8 text"),
        (
            TEXT.replace("-0.526", "-0.527").encode(),
            ScorecardAltered,
            f"it states the SHA-256 {model.load().digest}, but its content has ",
        ),
    ],
)
def test_an_error_names_the_file_and_the_remedy(
    content: bytes | None, error: type[ScorecardError], message: str, tmp_path: Path
) -> None:
    path = tmp_path / "scorecard.json"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(error, match=f"^{re.escape(str(path))}: {message}.*'make train'$"):
        model.load(path)


@pytest.mark.parametrize("key", [*KEYS, "points"])
def test_rejects_a_missing_key(key: str) -> None:
    content = document()
    del (content["features"][2] if key == "points" else content)[key]
    with pytest.raises(ScorecardInvalid, match=f"missing key '{key}'"):
        model.parse(sealed(content))


@pytest.mark.parametrize(
    ("key", "value", "error", "message"),
    [
        ("version", 3, ScorecardVersionUnsupported, "version is 3; this code reads"),
        ("intercept", "much", ScorecardInvalid, "it is malformed"),
        ("intercept", None, ScorecardInvalid, "it is malformed"),
        ("features", 5, ScorecardInvalid, "it is malformed"),
        ("classes", {"benign": 0}, ScorecardInvalid, "it is malformed"),
        ("band", {"lower": 0.1}, ScorecardInvalid, "it is malformed"),
        ("band", {"lower": 0.1, "upper": 0.4}, ScorecardInvalid, "it is malformed"),
        ("band", {"lower": "0.1", "upper": "0.8"}, ScorecardInvalid, "it is malformed"),
        ("relations", [{"name": "weight", "features": []}], ScorecardInvalid, "it is malformed"),
        ("golden", [{"values": [1.0], "score": 0.0}], ScorecardInvalid, "it is malformed"),
        ("golden", [{"values": 1.0, "score": 0.0}], ScorecardInvalid, "it is malformed"),
        ("golden", [], ScorecardInvalid, "it has no golden vectors"),
        ("provenance", 7, ScorecardInvalid, "it is malformed"),
        ("band", {"lower": 0.01, "upper": 0.99}, GoldenVectorMismatch, r"vector \d gives .*, not "),
        ("relations", [], GoldenVectorMismatch, r"vector \d gives .*, not "),
    ],
)
def test_rejects_a_wrong_value(
    key: str, value: object, error: type[ScorecardError], message: str
) -> None:
    with pytest.raises(error, match=message):
        model.parse(sealed({**document(), key: value}))


def test_rejects_text_that_is_not_json() -> None:
    with pytest.raises(ScorecardInvalid, match="it is malformed"):
        model.parse(model.seal("{\n  nonsense\n}\n"))


@pytest.mark.parametrize("number", range(5))
@pytest.mark.parametrize("error", [2e-12, -2e-12, float("nan")])
def test_rejects_a_score_that_differs_from_a_golden_vector(number: int, error: float) -> None:
    content = document()
    content["golden"][number]["score"] += error
    with pytest.raises(GoldenVectorMismatch, match=f"golden vector {number + 1} scores"):
        model.parse(sealed(content))
