"""What a clinic sends: five measurements of the cell nuclei in one scan."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from model import MEASUREMENTS, Scorecard

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

_DESCRIPTIONS = {measurement.name: measurement.description for measurement in MEASUREMENTS}


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

    def values(self) -> tuple[float, float, float, float, float]:
        """Return the measurements in the order in which the model takes them."""
        return (
            self.mean_concave_points,
            self.worst_radius,
            self.worst_texture,
            self.worst_area,
            self.worst_concave_points,
        )


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
