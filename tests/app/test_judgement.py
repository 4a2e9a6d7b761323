"""The endpoints leave in the log what they found, and answer alike."""

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from app.judgement import Judgement
from app.observation import EXAMPLES, FEATURE_NAMES
from app.requestlog import Entry, RequestLog
from app.route import BatchRoute, ObservationRoute
from model import Scorecard

OUTSIDE = {**EXAMPLES["malignant"], "worstArea": 1e6}
ROWS = [EXAMPLES["malignant"], None, EXAMPLES["benign"], OUTSIDE, {"worstArea": 1}]


async def told(endpoint: Callable[..., Any], route: type[ObservationRoute], body: object) -> Entry:
    """Return what is left for the log when ``endpoint`` is asked about ``body``."""
    entries: list[Entry] = []
    app = FastAPI()
    app.router.add_api_route("/", endpoint, methods=["POST"], route_class_override=route)
    app.add_middleware(RequestLog, digest="", observe=entries.append)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        assert (await client.post("/", content=json.dumps(body))).status_code == 200
    [entry] = entries
    return entry


@pytest.mark.anyio
@pytest.mark.parametrize("name", ["predict", "explain"])
@pytest.mark.parametrize("body", [*EXAMPLES.values(), OUTSIDE])
async def test_one_observation_is_told_by_its_prediction_and_cautions(
    scorecard: Scorecard, name: str, body: dict[str, float]
) -> None:
    values = [body[key] for key in FEATURE_NAMES]
    verdict = scorecard.result(scorecard.score(values))
    entry = await told(getattr(Judgement(scorecard), name), ObservationRoute, body)
    assert (entry.prediction, entry.decision) == (verdict.label, verdict.decision)
    assert entry.cautions == scorecard.warnings(values)
    assert (entry.rows, entry.refused, entry.judged) == (None, None, None)


@pytest.mark.anyio
@pytest.mark.parametrize("name", ["predict_batch", "explain_batch"])
async def test_a_batch_is_told_by_how_many_got_what(scorecard: Scorecard, name: str) -> None:
    entry = await told(getattr(Judgement(scorecard, observed=True), name), BatchRoute, ROWS)
    good = [[row[key] for key in FEATURE_NAMES] for row in ROWS if row and len(row) == 5]
    verdicts = [scorecard.result(scorecard.score(values)) for values in good]
    assert (entry.rows, entry.refused) == (5, 2)
    assert entry.judged is not None
    assert sum(entry.judged.values()) == 3
    for verdict in verdicts:
        same = [each for each in verdicts if each[2:] == verdict[2:]]
        assert entry.judged[verdict.label, verdict.decision] == len(same)
    cautions = [caution for values in good for caution in scorecard.warnings(values)]
    assert (entry.cautions, bool(cautions)) == (cautions, True)
    assert (entry.prediction, entry.decision) == (None, None)


@pytest.mark.anyio
async def test_a_batch_without_a_good_row_is_told_too(scorecard: Scorecard) -> None:
    judgement = Judgement(scorecard, observed=True)
    entry = await told(judgement.predict_batch, BatchRoute, [None])
    assert (entry.rows, entry.refused, entry.cautions, entry.judged) == (1, 1, [], {})


@pytest.mark.anyio
async def test_only_telemetry_is_told_more_of_predictions_than_their_number(
    scorecard: Scorecard,
) -> None:
    entry = await told(Judgement(scorecard).predict_batch, BatchRoute, ROWS)
    assert (entry.rows, entry.refused, entry.cautions, entry.judged) == (5, 2, None, None)


def test_a_bad_row_has_its_own_refusal_in_its_place(client: httpx.Client) -> None:
    for path in ("/predict", "/explain"):
        answers = client.post(f"{path}/batch", json=ROWS).json()
        assert [answer["status"] for answer in answers] == ["200", "400", "200", "200", "400"]
        assert answers == [client.post(path, json=row).json() for row in ROWS]


def test_the_root_predicts_too(client: httpx.Client) -> None:
    for body in EXAMPLES.values():
        assert client.post("/", json=body).content == client.post("/predict", json=body).content
