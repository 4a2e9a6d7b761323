"""What the service answers: the same three keys, whether it predicts or refuses."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, Field
from starlette.responses import Response

from app.observation import FEATURE_NAMES

MISSING_VALUES = f"'body' must contain values for: {', '.join(FEATURE_NAMES)}"
"""The reason given when there is no observation, or not a whole one."""


Label = Annotated[
    Literal[0, 1], Field(description="1: the tumour is predicted malignant. 0: benign.")
]


class Prediction(BaseModel):
    """The model's answer about one observation."""

    reason: Literal["OK"] = "OK"
    prediction: Label
    status: Literal["200"] = "200"


PREDICTIONS: Mapping[int, Prediction] = {
    0: Prediction(prediction=0),
    1: Prediction(prediction=1),
}
"""The only two, by label."""


class Refusal(BaseModel):
    """The answer to a request that gets no prediction. It never repeats a value sent."""

    reason: Annotated[str, Field(description="What is wrong, and what was expected.")]
    prediction: Literal[""] = ""
    status: Annotated[str, Field(pattern="^[45][0-9]{2}$", description="The HTTP status, as text.")]

    def response(self, headers: Mapping[str, str] | None = None) -> Response:
        """Return this refusal as an HTTP response of its own status."""
        return Response(
            self.model_dump_json(),
            status_code=int(self.status),
            headers=headers,
            media_type="application/json",
        )
