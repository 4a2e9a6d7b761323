"""Export the scorecard and verify that it equals scikit-learn's ensemble."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np
import sklearn
from sklearn.ensemble import GradientBoostingClassifier

from model import (
    FORMAT_VERSION,
    GOLDEN_TOLERANCE,
    Band,
    GoldenVectorMismatch,
    Scorecard,
    parse,
    seal,
    warning_summaries,
)
from training.artifacts import EVALUATION_FILE, SEARCH_FILE, to_json
from training.baselines import PROCEDURE
from training.compiler import PLACES, Compiled
from training.dataset import CLASSES, Dataset
from training.errors import EvaluationRecordStale, NotExact
from training.fit import BASE_PARAMETERS, holdout_metrics
from training.input_checks import learn_input_checks

OBSERVATIONS = (
    (0.03821, 14.97, 24.64, 677.9, 0.1015),
    (0.07951, 24.86, 26.58, 1866.0, 0.01),
    (0.19, 33.13, 23.58, 3234.0, 0.28),
)
"""Observations of the golden vectors, whose results are verified on every load."""


def export_scorecard(
    compiled: Compiled,
    estimator: GradientBoostingClassifier,
    data: Dataset,
    search_result: Mapping[str, Any],
    evaluation_record: Mapping[str, Any],
) -> str:
    """Return the text of the scorecard file, sealed and verified.

    Args:
        compiled: The step functions.
        estimator: The ensemble that they were compiled from.
        data: Its training patients and held-out patients, with its features.
        search_result: A search result.
        evaluation_record: The evaluation record of the same model.

    Raises:
        NotExact: The scorecard does not reproduce ``estimator`` on every patient.
    """
    scorecard = Scorecard(
        features=compiled.features,
        intercept=compiled.intercept,
        classes=CLASSES,
        band=Band(**evaluation_record["band"]),
        input_checks=learn_input_checks(data),
        provenance=_provenance(estimator, data, search_result, evaluation_record),
        digest="",
    )
    text = seal(to_json(_content(scorecard, _golden_vectors(scorecard, estimator))))
    _require_exact(text, estimator, data)
    return text


def _content(scorecard: Scorecard, golden_vectors: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "version": FORMAT_VERSION,
        "classes": scorecard.classes,
        "intercept": scorecard.intercept,
        "features": [asdict(feature) for feature in scorecard.features],
        "band": asdict(scorecard.band),
        "relations": [asdict(check) for check in scorecard.input_checks],
        "golden": golden_vectors,
        "provenance": scorecard.provenance,
    }


def _provenance(
    estimator: GradientBoostingClassifier,
    data: Dataset,
    search_result: Mapping[str, Any],
    record: Mapping[str, Any],
) -> dict[str, Any]:
    return {
        "scikit-learn": sklearn.__version__,
        "data": data.provenance(),
        "parameters": {**BASE_PARAMETERS, **search_result["parameters"]},
        "evaluated": record["date"],
        "records": {SEARCH_FILE: search_result["sha256"], EVALUATION_FILE: record["sha256"]},
        "metrics": {
            "crossValidation": {key: search_result[key] for key in ("folds", "f1")},
            "holdOut": holdout_metrics(estimator, data),
            "nested": {
                "patients": record["data"]["rows"],
                "folds": record["folds"],
                **record["confusion"][PROCEDURE],
                "figures": record["metrics"][PROCEDURE],
            },
            "referral": record["referral"],
        },
    }


def require_current(
    evaluation_record: Mapping[str, Any], data: Dataset, search_result: Mapping[str, Any]
) -> None:
    """Validate that ``evaluation_record`` belongs to the model to be fitted.

    Args:
        evaluation_record: An evaluation record.
        data: All patients, with all columns.
        search_result: The search result that the model is fitted with.

    Raises:
        EvaluationRecordStale: Its features, parameters or data differ.
    """
    actual = {
        "data": data.provenance(pooled=True),
        "features": search_result["features"],
        "parameters": search_result["parameters"],
    }
    differing = [key for key in actual if evaluation_record[key] != actual[key]]
    if differing:
        raise EvaluationRecordStale(
            f"{EVALUATION_FILE} was made with other {' and '.join(differing)}; run "
            "'python -m training --evaluate', which takes most of an hour"
        )


def _golden_vectors(
    scorecard: Scorecard, estimator: GradientBoostingClassifier
) -> list[dict[str, Any]]:
    lowest = tuple(feature.minimum for feature in scorecard.features)
    highest = tuple(feature.maximum for feature in scorecard.features)
    observations = (*OBSERVATIONS, lowest, highest)
    scores = estimator.decision_function(observations)
    return [
        {
            "values": values,
            "score": round(float(score), PLACES),
            "decision": scorecard.decision(values),
            "cautions": warning_summaries(scorecard.warnings(values)),
        }
        for values, score in zip(observations, scores, strict=True)
    ]


def _require_exact(text: str, estimator: GradientBoostingClassifier, data: Dataset) -> None:
    rows, _ = data.pooled()
    try:
        scorecard = parse(text)
        scores = [scorecard.score(row) for row in rows.tolist()]
        probabilities = [scorecard.probability(row) for row in rows.tolist()]
        np.testing.assert_allclose(
            [scores, probabilities],
            [estimator.decision_function(rows), estimator.predict_proba(rows)[:, 1]],
            rtol=0,
            atol=GOLDEN_TOLERANCE,
        )
    except (GoldenVectorMismatch, AssertionError) as error:
        raise NotExact(
            "the scorecard does not reproduce scikit-learn's results; fit with loss='log_loss' "
            "and without a custom initial estimator"
        ) from error
