"""Request and response bodies, as Pydantic validates and documents them."""

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, GetCoreSchemaHandler, with_config
from pydantic.alias_generators import to_camel
from pydantic_core import core_schema
from typing_extensions import TypedDict

from model import FEATURES, Decision, Scorecard

FEATURE_NAMES = tuple(feature.name for feature in FEATURES)
"""The keys of an observation, in the model's order."""

EXAMPLES: dict[str, dict[str, float]] = {
    "malignant": {
        "meanConcavePoints": 0.07951,
        "worstRadius": 24.86,
        "worstTexture": 26.58,
        "worstArea": 1866.0,
        "worstConcavePoints": 0.01,
    },
    "benign": {
        "meanConcavePoints": 0.03821,
        "worstRadius": 14.97,
        "worstTexture": 24.64,
        "worstArea": 677.9,
        "worstConcavePoints": 0.1015,
    },
}
"""Valid observations, named for their prediction."""

_CAMEL = ConfigDict(alias_generator=to_camel, populate_by_name=True)
_DESCRIPTIONS = {feature.name: feature.description for feature in FEATURES}


def _measurement(name: str) -> Any:
    example = EXAMPLES["malignant"][name]
    return Field(ge=0, description=_DESCRIPTIONS[name], examples=[example])


# A TypedDict rather than a BaseModel: Pydantic validates it to a dict, and no object is built
# only to be taken apart. https://docs.pydantic.dev/latest/concepts/performance/
@with_config(ConfigDict(strict=True, extra="forbid", allow_inf_nan=False, alias_generator=to_camel))
class Observation(TypedDict):
    """Five measurements of the cell nuclei in one breast scan, each finite and at least 0.

    Strict: neither `true` nor `"1"` passes for a number. Sent in camelCase, in any order.
    """

    mean_concave_points: Annotated[float, _measurement("meanConcavePoints")]
    worst_radius: Annotated[float, _measurement("worstRadius")]
    worst_texture: Annotated[float, _measurement("worstTexture")]
    worst_area: Annotated[float, _measurement("worstArea")]
    worst_concave_points: Annotated[float, _measurement("worstConcavePoints")]


class _AsTuple:
    """Has Pydantic validate an `Observation` and return its values."""

    @classmethod
    def __get_pydantic_core_schema__(
        cls, _source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        observation = handler.generate_schema(Observation)
        return core_schema.no_info_after_validator_function(_to_tuple, observation)


def _to_tuple(observation: dict[str, float]) -> tuple[float, ...]:
    # Pydantic returns the fields in their order here, not in that of the request.
    return tuple(observation.values())


Values = Annotated[tuple[float, ...], _AsTuple]
"""An `Observation` in a request, validated to a tuple of floats in the model's order."""


class FeatureMismatch(Exception):
    """The model's features are not the keys of an `Observation`."""


def require_features(scorecard: Scorecard) -> None:
    """Check that ``scorecard`` takes the values of an `Observation`, in their order.

    Raises:
        FeatureMismatch: It has other features, or another order.
    """
    features = tuple(feature.name for feature in scorecard.features)
    if features != FEATURE_NAMES:
        raise FeatureMismatch(
            f"the model's features are {', '.join(features)}, but a request has "
            f"{', '.join(FEATURE_NAMES)}; update app/api/schemas.py or the model"
        )


Label = Annotated[
    Literal[0, 1], Field(description="1: the tumour is predicted malignant. 0: benign.")
]


class Prediction(BaseModel):
    """The prediction for one observation."""

    reason: Literal["OK"] = "OK"
    prediction: Label
    status: Literal["200"] = "200"


class ErrorResponse(BaseModel):
    """The response to a rejected request. It never repeats a value from the request."""

    reason: Annotated[str, Field(description="What is wrong, and what was expected.")]
    prediction: Literal[""] = ""
    status: Annotated[str, Field(pattern="^[45][0-9]{2}$", description="The HTTP status, as text.")]


# Dataclasses: Pydantic documents and serializes them, but doesn't validate the model's own
# output, which would take ten times as long as computing it.
@dataclass(slots=True, eq=False, repr=False)
class Contribution:
    """The effect of one measurement on the score."""

    __pydantic_config__: ClassVar[ConfigDict] = _CAMEL

    feature: Annotated[str, Field(description="The measurement's name in the request.")]
    value: Annotated[float, Field(description="The value in the request.")]
    log_odds: Annotated[
        float, Field(description="Added to the score. Above 0 speaks for malignant.")
    ]
    training_range: Annotated[
        tuple[float, float],
        Field(description="The smallest and the largest value in the training data."),
    ]
    in_range: Annotated[bool, Field(description="Whether the value is within that range.")]


@dataclass(slots=True, eq=False, repr=False)
class InputWarning:
    """Something about the measurements that a person should check."""

    __pydantic_config__: ClassVar[ConfigDict] = _CAMEL

    code: Annotated[
        Literal["outsideTrainingRange", "implausible"],
        Field(
            description="A value outside the range of the training data, or values that "
            "contradict each other."
        ),
    ]
    features: Annotated[list[str], Field(description="The measurements concerned.")]
    message: Annotated[str, Field(description="What is unusual, in words.")]


@dataclass(slots=True, eq=False, repr=False, kw_only=True)
class Explanation:
    """A prediction with its reasons."""

    __pydantic_config__: ClassVar[ConfigDict] = _CAMEL

    reason: Literal["OK"] = "OK"
    prediction: Label
    status: Literal["200"] = "200"
    label: Annotated[Literal["benign", "malignant"], Field(description="The prediction, in words.")]
    probability: Annotated[
        float, Field(ge=0, le=1, description="The estimated probability of malignancy.")
    ]
    decision: Annotated[
        Decision,
        Field(description="The decision; within the referral band it is left to a person."),
    ]
    score: Annotated[
        float,
        Field(
            description="The log-odds of malignancy: the exact sum of the baseline and the "
            "contributions, rounded once. The probability is 1 / (1 + exp(-score))."
        ),
    ]
    baseline: Annotated[float, Field(description="The score before any measurement is added.")]
    contributions: Annotated[
        list[Contribution], Field(description="One per measurement, the largest effect first.")
    ]
    warnings: Annotated[
        list[InputWarning], Field(description="Measurements to check; often empty.")
    ]
    model: Annotated[
        str, Field(pattern="^[0-9a-f]{64}$", description="The digest of the served model.")
    ]


class FeatureDescription(BaseModel):
    """One feature and its step function."""

    name: Annotated[str, Field(description="Its key in a request.")]
    column: Annotated[str, Field(description="Its column in the data set.")]
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


class InputCheckDescription(BaseModel):
    """A relation that holds between two measurements of one scan."""

    name: str
    features: list[str]
    minimum: float | None
    maximum: float | None
    message: Annotated[str, Field(description="The warning when it does not hold.")]


class ModelDescription(BaseModel):
    """The whole served model: enough to compute every prediction by hand."""

    model_config = _CAMEL

    digest: Annotated[
        str, Field(pattern="^[0-9a-f]{64}$", description="The SHA-256 of the scorecard file.")
    ]
    classes: Annotated[dict[str, str], Field(description="The meaning of each prediction.")]
    baseline: Annotated[float, Field(description="The score before any measurement is added.")]
    features: list[FeatureDescription]
    referral_band: BandDescription
    relations: list[InputCheckDescription]
    metrics: Annotated[
        dict[str, Any], Field(description="The model's performance, with 95 % intervals.")
    ]
    provenance: Annotated[dict[str, Any], Field(description="The data and software behind it.")]


class Health(BaseModel):
    """The service can predict."""

    reason: Literal["OK"] = "OK"
    status: Literal["200"] = "200"
    model: Annotated[str, Field(description="The digest of the model, verified at start.")]
