"""Put the scorecard's document together, and prove that it is scikit-learn's ensemble."""

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
from training.artifacts import EVIDENCE, SEARCH, render
from training.baselines import PROCEDURE
from training.compiler import PLACES, Compiled
from training.dataset import CLASSES, Dataset
from training.errors import EvidenceStale, NotExact
from training.fit import BASE_PARAMETERS, holdout_metrics
from training.input_checks import learn_input_checks

OBSERVATIONS = (
    (0.03821, 14.97, 24.64, 677.9, 0.1015),
    (0.07951, 24.86, 26.58, 1866.0, 0.01),
    (0.19, 33.13, 23.58, 3234.0, 0.28),
)
"""The known observations; their scores are stored so that loading can check itself."""


def scorecard_text(
    compiled: Compiled,
    estimator: GradientBoostingClassifier,
    data: Dataset,
    found: Mapping[str, Any],
    evidence: Mapping[str, Any],
) -> str:
    """Return the scorecard file's text, sealed and proven to load.

    Args:
        compiled: The tables.
        estimator: The ensemble that they were compiled from.
        data: The patients that it was fitted on and held out from, with its features.
        found: What the search stored.
        evidence: What the evaluation stored.

    Raises:
        EvidenceStale: The evaluation is of another model, or of other patients.
        NotExact: It doesn't give ``estimator``'s scores and probabilities on every patient.
    """
    scorecard = Scorecard(
        features=compiled.features,
        intercept=compiled.intercept,
        classes=CLASSES,
        band=Band(**evidence["band"]),
        input_checks=learn_input_checks(data),
        provenance=_provenance(estimator, data, found, evidence),
        digest="",
    )
    text = seal(render(_document(scorecard, _golden(scorecard, estimator))))
    _require_exact(text, estimator, data)
    return text


def _document(scorecard: Scorecard, golden: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "version": FORMAT_VERSION,
        "classes": scorecard.classes,
        "intercept": scorecard.intercept,
        "features": [asdict(feature) for feature in scorecard.features],
        "band": asdict(scorecard.band),
        "relations": [asdict(relation) for relation in scorecard.input_checks],
        "golden": golden,
        "provenance": scorecard.provenance,
    }


def _provenance(
    estimator: GradientBoostingClassifier,
    data: Dataset,
    found: Mapping[str, Any],
    evidence: Mapping[str, Any],
) -> dict[str, Any]:
    return {
        "scikit-learn": sklearn.__version__,
        "data": data.provenance(),
        "parameters": {**BASE_PARAMETERS, **found["parameters"]},
        "evaluated": evidence["date"],
        "records": {SEARCH: found["sha256"], EVIDENCE: evidence["sha256"]},
        "metrics": {
            "crossValidation": {"folds": found["folds"], "f1": found["f1"]},
            "holdOut": holdout_metrics(estimator, data),
            "nested": {
                "patients": evidence["data"]["rows"],
                "folds": evidence["folds"],
                **evidence["confusion"][PROCEDURE],
                "figures": evidence["metrics"][PROCEDURE],
            },
            "referral": evidence["referral"],
        },
    }


def require_current(
    evidence: Mapping[str, Any], everybody: Dataset, found: Mapping[str, Any]
) -> None:
    """Check that ``evidence`` is about what is to be fitted.

    Args:
        evidence: What the evaluation stored.
        everybody: All patients, with all columns.
        found: What the search stored.

    Raises:
        EvidenceStale: It is about other features, parameters or patients.
    """
    stated = {key: evidence[key] for key in ("data", "features", "parameters")}
    actual = {
        "data": everybody.provenance(everybody=True),
        "features": found["features"],
        "parameters": found["parameters"],
    }
    differing = [key for key in actual if stated[key] != actual[key]]
    if differing:
        raise EvidenceStale(
            f"{EVIDENCE} is about other {' and '.join(differing)} than are to be fitted; run "
            "'python -m training --evaluate', which takes most of an hour"
        )


def _golden(scorecard: Scorecard, estimator: GradientBoostingClassifier) -> list[dict[str, Any]]:
    lowest = tuple(feature.minimum for feature in scorecard.features)
    highest = tuple(feature.maximum for feature in scorecard.features)
    vectors = (*OBSERVATIONS, lowest, highest)
    scores = estimator.decision_function(vectors)
    return [
        {
            "values": values,
            "score": round(float(score), PLACES),
            "decision": scorecard.decision(values),
            "cautions": warning_summaries(scorecard.warnings(values)),
        }
        for values, score in zip(vectors, scores, strict=True)
    ]


def _require_exact(text: str, estimator: GradientBoostingClassifier, data: Dataset) -> None:
    try:
        scorecard = parse(text)
        rows = np.concatenate([data.train, data.test])
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
            "the tables do not give scikit-learn's answers; fit with loss='log_loss' and "
            "without an initial estimator of your own"
        ) from error
