"""The referral band: the probabilities at which a person decides."""

from dataclasses import dataclass
from typing import Literal

Decision = Literal["benign", "refer", "malignant"]
"""The decision about a tumour; "refer" leaves it to a person."""


@dataclass(frozen=True, slots=True)
class Band:
    """The range of probabilities of malignancy, limits included, at which a person decides.

    Attributes:
        lower: Below it the decision is "benign".
        upper: Above it the decision is "malignant".

    Raises:
        ValueError: The band does not contain 0.5, so a decision could contradict a label.
    """

    lower: float
    upper: float

    def __post_init__(self) -> None:
        """Validate the limits."""
        if not 0 <= self.lower <= 0.5 <= self.upper <= 1:
            raise ValueError("the referral band must contain 0.5 and lie within 0 and 1")

    def decision(self, probability: float) -> Decision:
        """Return the decision at ``probability``."""
        if probability < self.lower:
            return "benign"
        return "malignant" if probability > self.upper else "refer"
