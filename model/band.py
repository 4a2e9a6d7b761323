"""The referral band: where the model is too unsure to decide."""

from dataclasses import dataclass
from typing import Literal

Decision = Literal["benign", "refer", "malignant"]
"""What is decided about a tumour; "refer" is: by a person."""


@dataclass(frozen=True, slots=True)
class Band:
    """The probabilities of malignancy between which a person decides, not the model.

    Attributes:
        lower: Below it the decision is "benign".
        upper: Above it the decision is "malignant".

    Raises:
        ValueError: The band does not contain 0.5, so a decision could contradict a label.
    """

    lower: float
    upper: float

    def __post_init__(self) -> None:
        """Refuse a band that could contradict the label."""
        if not 0 <= self.lower <= 0.5 <= self.upper <= 1:
            raise ValueError("the referral band must contain 0.5 and lie within 0 and 1")

    def decision(self, probability: float) -> Decision:
        """Return what is decided at ``probability``; its limits belong to the band."""
        if probability < self.lower:
            return "benign"
        return "malignant" if probability > self.upper else "refer"
