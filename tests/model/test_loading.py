import json
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


def document() -> dict[str, Any]:
    content: dict[str, Any] = json.loads(TEXT)
    del content["sha256"]
    return content


def sealed(content: object) -> str:
    return model.seal(json.dumps(content, indent=2))


def test_the_committed_scorecard_loads() -> None:
    scorecard = model.load()
    assert scorecard.digest == json.loads(TEXT)["sha256"]
    assert sum(len(feature.thresholds) for feature in scorecard.features) == 38


def test_the_tests_own_resealing_loads() -> None:
    assert model.parse(sealed(document())).features == model.load().features


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(ScorecardMissing, match=r"nowhere\.json: it cannot be read.*'make train'"):
        model.load(tmp_path / "nowhere.json")


def test_an_edited_file_names_itself_both_digests_and_the_cure(tmp_path: Path) -> None:
    path = tmp_path / "scorecard.json"
    path.write_text(TEXT.replace("-0.526", "-0.527"), encoding="utf-8")
    digest = model.load().digest
    with pytest.raises(
        ScorecardAltered, match=f"{path}: it states the SHA-256 {digest}, but .* 'make train'"
    ):
        model.load(path)


def test_a_file_that_is_not_text(tmp_path: Path) -> None:
    path = tmp_path / "scorecard.json"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(ScorecardAltered, match="not UTF-8"):
        model.load(path)


def test_a_file_checked_out_with_windows_line_ends_still_loads(tmp_path: Path) -> None:
    path = tmp_path / "scorecard.json"
    path.write_bytes(TEXT.replace("\n", "\r\n").encode())
    assert model.load(path) == model.load()


def test_another_version() -> None:
    content = document()
    content["version"] = 3
    with pytest.raises(ScorecardVersionUnsupported, match="version 3, and this code reads"):
        model.parse(sealed(content))


@pytest.mark.parametrize(
    "key",
    ["version", "classes", "intercept", "features", "band", "relations", "golden", "provenance"],
)
def test_a_missing_key_is_named(key: str) -> None:
    content = document()
    del content[key]
    with pytest.raises(ScorecardInvalid, match=f"it has no '{key}'"):
        model.parse(sealed(content))


def test_a_missing_key_of_a_feature_is_named() -> None:
    content = document()
    del content["features"][2]["points"]
    with pytest.raises(ScorecardInvalid, match="it has no 'points'"):
        model.parse(sealed(content))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("intercept", "much"),
        ("intercept", None),
        ("features", 5),
        ("classes", {"benign": 0}),
        ("band", {"lower": 0.1}),
        ("band", {"lower": 0.1, "upper": 0.4}),
        ("band", {"lower": 0.1, "upper": float("nan")}),
        ("relations", [{"name": "weight", "features": []}]),
        ("golden", [{"values": [1.0], "score": 0.0}]),
        ("golden", [{"values": 1.0, "score": 0.0}]),
        ("provenance", 7),
    ],
)
def test_a_malformed_value(key: str, value: object) -> None:
    with pytest.raises(ScorecardInvalid, match="it is malformed"):
        model.parse(sealed({**document(), key: value}))


def test_sealed_text_that_is_not_json() -> None:
    with pytest.raises(ScorecardInvalid, match="it is malformed"):
        model.parse(model.seal("{\n  nonsense\n}\n"))


def test_no_golden_vectors() -> None:
    with pytest.raises(ScorecardInvalid, match="no golden vectors"):
        model.parse(sealed({**document(), "golden": []}))


@pytest.mark.parametrize("number", range(5))
@pytest.mark.parametrize("off", [2e-12, -2e-12, float("nan")])
def test_a_golden_vector_that_is_off(number: int, off: float) -> None:
    content = document()
    content["golden"][number]["score"] += off
    with pytest.raises(GoldenVectorMismatch, match=f"golden vector {number + 1} scores"):
        model.parse(sealed(content))


@pytest.mark.parametrize(
    ("key", "change"),
    [
        ("band", {"lower": 0.01, "upper": 0.99}),
        ("relations", []),
    ],
)
def test_a_band_or_relation_that_does_not_give_what_was_recorded(key: str, change: object) -> None:
    with pytest.raises(GoldenVectorMismatch, match=r"golden vector \d gives .*, not "):
        model.parse(sealed({**document(), key: change}))


def test_every_error_is_a_scorecard_error() -> None:
    for error in (ScorecardMissing, ScorecardAltered, ScorecardInvalid, GoldenVectorMismatch):
        assert issubclass(error, ScorecardError)
    assert issubclass(ScorecardVersionUnsupported, ScorecardInvalid)
