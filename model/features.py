"""The five features of the model, shared by training, the scorecard and the API.

The measurements are those of Street, Wolberg and Mangasarian, "Nuclear feature extraction for
breast tumor diagnosis" (1993), as published in the Wisconsin Diagnostic Breast Cancer data
set. The data set states no physical units: lengths and areas are in the scale of its images.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FeatureInfo:
    """A measurement of the cell nuclei in a scan.

    Attributes:
        name: Key in a request.
        column: Column in the data set, as scikit-learn names it.
        description: Meaning and unit.
    """

    name: str
    column: str
    description: str


FEATURES = (
    FeatureInfo(
        "meanConcavePoints",
        "mean concave points",
        "Concave portions of the nucleus contour (relative count, no unit), "
        "mean over all nuclei in the scan.",
    ),
    FeatureInfo(
        "worstRadius",
        "worst radius",
        "Nucleus radius, centre to contour (length in the image's scale), "
        "mean of the three largest values in the scan.",
    ),
    FeatureInfo(
        "worstTexture",
        "worst texture",
        "Standard deviation of the grey levels inside a nucleus (grey levels), "
        "mean of the three largest values in the scan.",
    ),
    FeatureInfo(
        "worstArea",
        "worst area",
        "Nucleus area (squared length in the image's scale), "
        "mean of the three largest values in the scan.",
    ),
    FeatureInfo(
        "worstConcavePoints",
        "worst concave points",
        "Concave portions of the nucleus contour (relative count, no unit), "
        "mean of the three largest values in the scan.",
    ),
)
"""The features, in the order of the values passed to the model."""
