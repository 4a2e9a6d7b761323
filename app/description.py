"""What `/model` and `/health` answer: what the served model is, and that it is whole."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from model import Scorecard

_CAMEL = ConfigDict(alias_generator=to_camel, populate_by_name=True)


class FeatureDescription(BaseModel):
    """One measurement and its step function."""

    name: Annotated[str, Field(description="Its key in a request.")]
    column: Annotated[str, Field(description="Its name in words, as the data set has it.")]
    description: Annotated[str, Field(description="Its meaning and unit.")]
    minimum: Annotated[float, Field(description="The smallest value in the training data.")]
    maximum: Annotated[float, Field(description="The largest value in the training data.")]
    thresholds: Annotated[
        list[float], Field(description="The upper bounds, inclusive, of all steps but the last.")
    ]
    points: Annotated[list[float], Field(description="The log-odds of each step.")]


class BandDescription(BaseModel):
    """The probabilities of malignancy between which a person decides."""

    lower: Annotated[float, Field(description="Below it the decision is benign.")]
    upper: Annotated[float, Field(description="Above it the decision is malignant.")]


class RelationDescription(BaseModel):
    """What holds between two measurements of one scan."""

    name: str
    features: list[str]
    minimum: float | None
    maximum: float | None
    message: Annotated[str, Field(description="What it means when it does not hold.")]


class ModelDescription(BaseModel):
    """The served model, whole: with it, every answer can be computed by hand."""

    model_config = _CAMEL

    digest: Annotated[
        str, Field(pattern="^[0-9a-f]{64}$", description="The SHA-256 of the scorecard file.")
    ]
    classes: Annotated[dict[str, str], Field(description="What each prediction means.")]
    baseline: Annotated[float, Field(description="The log-odds before anything is measured.")]
    features: list[FeatureDescription]
    referral_band: BandDescription
    relations: list[RelationDescription]
    metrics: Annotated[
        dict[str, Any], Field(description="How good the model is, with 95 % intervals.")
    ]
    provenance: Annotated[dict[str, Any], Field(description="What it was made from.")]


class Health(BaseModel):
    """That the service can predict."""

    reason: Literal["OK"] = "OK"
    status: Literal["200"] = "200"
    model: Annotated[str, Field(description="The digest of the model, which was verified.")]


def describe(scorecard: Scorecard) -> ModelDescription:
    """Return what ``scorecard`` is."""
    provenance = dict(scorecard.provenance)
    metrics = provenance.pop("metrics")
    return ModelDescription.model_validate(
        {
            "digest": scorecard.digest,
            "classes": {str(label): meaning for label, meaning in scorecard.classes.items()},
            "baseline": scorecard.intercept,
            "features": scorecard.features,
            "referralBand": scorecard.band,
            "relations": scorecard.input_checks,
            "metrics": metrics,
            "provenance": provenance,
        },
        from_attributes=True,
    )
