"""What a clinic sends: five measurements of the cell nuclei in one scan."""

from collections.abc import Callable
from operator import attrgetter
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import core_schema

from model import FEATURES, Scorecard

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
"""Observations that work when sent, named for what is predicted of them."""

_DESCRIPTIONS = {measurement.name: measurement.description for measurement in FEATURES}


def _described(name: str) -> Any:
    return Field(description=_DESCRIPTIONS[name], examples=[EXAMPLES["malignant"][name]])


NonNegative = Annotated[float, Field(ge=0)]


class Observation(BaseModel):
    """Five measurements of the cell nuclei in one breast scan, each finite and at least 0.

    Strict: neither `true` nor `"1"` passes for a number. Sent in camelCase, in any order.
    """

    model_config = ConfigDict(
        strict=True,
        extra="forbid",
        allow_inf_nan=False,
        frozen=True,
        alias_generator=to_camel,
    )

    mean_concave_points: NonNegative = _described("meanConcavePoints")
    worst_radius: NonNegative = _described("worstRadius")
    worst_texture: NonNegative = _described("worstTexture")
    worst_area: NonNegative = _described("worstArea")
    worst_concave_points: NonNegative = _described("worstConcavePoints")

    def values(self) -> tuple[float, ...]:
        """Return the measurements in the order in which the model takes them."""
        return _values(self)


_values: Callable[[Observation], tuple[float, ...]] = attrgetter(*Observation.model_fields)


class _AsValues:
    """Has Pydantic validate an `Observation` but return its values, without making the object.

    It is the same schema with the same fields. For thousands of rows it takes half the time.
    """

    @classmethod
    def __get_pydantic_core_schema__(cls, *_: Any) -> core_schema.CoreSchema:
        model: Any = Observation.__pydantic_core_schema__
        fields = {
            name: core_schema.typed_dict_field(
                field["schema"], required=True, validation_alias=field["validation_alias"]
            )
            for name, field in model["schema"]["fields"].items()
        }
        measured = core_schema.typed_dict_schema(
            fields, extra_behavior="forbid", config=model["config"]
        )
        return core_schema.no_info_after_validator_function(_in_order, measured)

    @classmethod
    def __get_pydantic_json_schema__(cls, *_: Any) -> JsonSchemaValue:
        # The very component that single observations have in the OpenAPI document.
        return {"$ref": "#/components/schemas/Observation"}


def _in_order(measured: dict[str, float]) -> tuple[float, ...]:
    return tuple(measured.values())


Values = Annotated[tuple[float, ...], _AsValues]
"""What `Observation.values` returns, of an observation that is one of many."""


FEATURE_NAMES = tuple(str(field.alias) for field in Observation.model_fields.values())
"""The request's keys, in the order of `Observation.values`."""


class ContractMismatch(Exception):
    """The request's fields are not the features of the model that is to be served."""


def require_features(scorecard: Scorecard) -> None:
    """Check that ``scorecard`` takes the values of an `Observation`, in their order.

    Raises:
        ContractMismatch: It has other features, or the same in another order.
    """
    features = tuple(feature.name for feature in scorecard.features)
    if features != FEATURE_NAMES:
        raise ContractMismatch(
            f"the model takes {', '.join(features)}, but the request has "
            f"{', '.join(FEATURE_NAMES)}; bring app/observation.py and the model together"
        )
