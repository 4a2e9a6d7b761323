"""Build the responses that describe a prediction or the model."""

from collections.abc import Sequence
from math import fsum

import model
from app.api.schemas import Contribution, Explanation, InputWarning, ModelDescription
from model import PredictionResult, Scorecard


def explain(
    scorecard: Scorecard,
    values: Sequence[float],
    result: PredictionResult,
    warnings: Sequence[model.InputWarning],
) -> Explanation:
    """Return the explanation of ``result``, which ``scorecard`` predicted for ``values``."""
    contributions = [
        Contribution(
            feature=feature.name,
            value=value,
            log_odds=feature.contribution(value),
            training_range=(feature.minimum, feature.maximum),
            in_range=feature.in_range(value),
        )
        for feature, value in zip(scorecard.features, values, strict=True)
    ]
    return Explanation(
        prediction=result.label,
        label="malignant" if result.label else "benign",
        probability=result.probability,
        decision=result.decision,
        # Rounded once, so that the contributions in the response add up to it.
        score=fsum((scorecard.intercept, *(each.log_odds for each in contributions))),
        baseline=scorecard.intercept,
        contributions=sorted(contributions, key=_effect, reverse=True),
        warnings=[
            InputWarning(code=each.code, features=list(each.features), message=each.message)
            for each in warnings
        ],
        model=scorecard.digest,
    )


def _effect(contribution: Contribution) -> float:
    return abs(contribution.log_odds)


def describe(scorecard: Scorecard) -> ModelDescription:
    """Return the description of ``scorecard``."""
    provenance = dict(scorecard.provenance)
    metrics = provenance.pop("metrics")
    return ModelDescription.model_validate(
        {
            "digest": scorecard.digest,
            "classes": {str(label): name for label, name in scorecard.classes.items()},
            "baseline": scorecard.intercept,
            "features": scorecard.features,
            "referralBand": scorecard.band,
            "relations": scorecard.input_checks,
            "metrics": metrics,
            "provenance": provenance,
        },
        from_attributes=True,
    )
