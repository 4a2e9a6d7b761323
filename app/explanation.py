"""What `/explain` answers: the prediction with its reasons, term by term."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import fsum
from typing import Annotated, ClassVar, Literal

from pydantic import ConfigDict, Field
from pydantic.alias_generators import to_camel

import model
from app.answers import Label
from model import Decision, PredictionResult, Scorecard

CAMEL = ConfigDict(alias_generator=to_camel)


# Not Pydantic models, though Pydantic describes and serialises them: those would check what the
# model has found, for which there is no reason, and which takes ten times as long as finding it.
@dataclass(slots=True, eq=False, repr=False)
class Contribution:
    """What one measurement adds to the score."""

    __pydantic_config__: ClassVar[ConfigDict] = CAMEL

    feature: Annotated[str, Field(description="The measurement's name in the request.")]
    value: Annotated[float, Field(description="The value that was sent.")]
    log_odds: Annotated[
        float, Field(description="Added to the score. Above 0 speaks for malignant.")
    ]
    training_range: Annotated[
        tuple[float, float],
        Field(description="The smallest and the largest value that the model was trained on."),
    ]
    in_range: Annotated[bool, Field(description="Whether the value is within that range.")]


@dataclass(slots=True, eq=False, repr=False)
class InputWarning:
    """Something about the measurements that a person should check."""

    __pydantic_config__: ClassVar[ConfigDict] = CAMEL

    code: Annotated[
        Literal["outsideTrainingRange", "implausible"],
        Field(
            description="A value beyond those of the training data, or values that do not fit "
            "each other."
        ),
    ]
    features: Annotated[list[str], Field(description="The measurements that it is about.")]
    message: Annotated[str, Field(description="What is unusual, in words.")]


@dataclass(slots=True, eq=False, repr=False, kw_only=True)
class Explanation:
    """A prediction, and everything that led to it."""

    __pydantic_config__: ClassVar[ConfigDict] = CAMEL

    reason: Literal["OK"] = "OK"
    prediction: Label
    status: Literal["200"] = "200"
    label: Annotated[Literal["benign", "malignant"], Field(description="The prediction, in words.")]
    probability: Annotated[
        float, Field(ge=0, le=1, description="The estimated probability of malignancy.")
    ]
    decision: Annotated[
        Decision,
        Field(description="What is decided; within the referral band a person is to decide."),
    ]
    score: Annotated[
        float,
        Field(
            description="The log-odds of malignancy: the exact sum of the baseline and the "
            "contributions, rounded once. The probability is 1 / (1 + exp(-score))."
        ),
    ]
    baseline: Annotated[float, Field(description="The score before anything is measured.")]
    contributions: Annotated[
        list[Contribution], Field(description="One per measurement, the largest effect first.")
    ]
    warnings: Annotated[
        list[InputWarning], Field(description="What should be checked; often nothing.")
    ]
    model: Annotated[
        str, Field(pattern="^[0-9a-f]{64}$", description="The digest of the model that answered.")
    ]


def explanation(
    scorecard: Scorecard,
    values: Sequence[float],
    verdict: PredictionResult,
    cautions: Sequence[model.InputWarning],
) -> Explanation:
    """Return in full what ``scorecard`` has found out about ``values``."""
    contributions = _contributions(scorecard, values)
    return Explanation(
        prediction=verdict.label,
        label="malignant" if verdict.label else "benign",
        probability=verdict.probability,
        decision=verdict.decision,
        score=fsum((scorecard.intercept, *(each.log_odds for each in contributions))),
        baseline=scorecard.intercept,
        contributions=sorted(contributions, key=_effect, reverse=True),
        warnings=[_caution(caution) for caution in cautions],
        model=scorecard.digest,
    )


def _contributions(scorecard: Scorecard, values: Sequence[float]) -> list[Contribution]:
    return [
        Contribution(
            feature=feature.name,
            value=value,
            log_odds=feature.contribution(value),
            training_range=(feature.minimum, feature.maximum),
            in_range=feature.in_range(value),
        )
        for feature, value in zip(scorecard.features, values, strict=True)
    ]


def _effect(contribution: Contribution) -> float:
    return abs(contribution.log_odds)


def _caution(caution: model.InputWarning) -> InputWarning:
    return InputWarning(code=caution.code, features=list(caution.features), message=caution.message)
