"""Parse a request body: from bytes to the values of one observation, or of many.

Pydantic parses and validates the bytes in one call. Only a body that it rejects, or that may
hold a duplicate key, is parsed a second time in Python, to find the reason.
"""

import json
from contextlib import suppress
from itertools import islice
from typing import Annotated, Any

from pydantic import FailFast, TypeAdapter, ValidationError

from app.api.errors import InvalidBody, validation_reason
from app.api.schemas import FEATURE_NAMES, ErrorResponse, Values

MAX_ROWS = 10_000
"""The most observations in one request to `/predict/batch`."""

MAX_EXPLAINED_ROWS = 1_000
"""The most observations in one request to `/explain/batch`: a response of at most 2.1 MB."""

DUPLICATE_KEY = "'body' contains a duplicate key"
"""The reason for rejecting an object with the same key more than once."""

# The quotes around the keys: an observation has no other text. With another number of quotes
# some key is unknown, missing or a duplicate, and Pydantic does not report duplicates.
_QUOTES = 2 * len(FEATURE_NAMES)

_observation = TypeAdapter(Values)
# Stops at the first invalid row: after that, each row is validated by itself.
_observations = TypeAdapter(Annotated[list[Values], FailFast()])

Row = tuple[float, ...] | ErrorResponse
"""The values of a valid row of a batch, or the error response for an invalid one."""


def parse_observation(body: bytes) -> tuple[float, ...]:
    """Return the values of the observation in ``body``, in the model's order.

    Raises:
        InvalidBody: ``body`` is not an observation.
    """
    if body.count(b'"') == _QUOTES:
        try:
            return _observation.validate_json(body)
        except ValidationError:
            pass  # The second parse finds the reason.
    return _validate(_load(body))


def parse_batch(body: bytes, max_rows: int) -> list[Row]:
    """Return the rows of the JSON array in ``body``, in order.

    An invalid row becomes the error response that it would get by itself, so that it does not
    affect the others.

    Raises:
        InvalidBody: ``body`` is not an array of 1 to ``max_rows`` elements.
    """
    count, remainder = divmod(body.count(b'"'), _QUOTES)
    if not remainder and 1 <= count <= max_rows:
        with suppress(ValidationError):
            rows = _observations.validate_json(body)
            if len(rows) == count:
                return [*rows]
    return [_row(element) for element in _array(_load(body), max_rows)]


def not_a_batch(max_rows: int) -> str:
    """Return the reason for rejecting a body that is not a batch."""
    return f"'body' must be a JSON array of 1 to {max_rows} observations"


class _Pairs(list[tuple[str, Any]]):
    """A JSON object as a list of keys and values, with duplicates."""


def _load(body: bytes) -> Any:
    """Return the JSON value in ``body``, or None if it is not JSON.

    Slower than Pydantic, but keeps duplicate keys, and reads integers of any length.
    """
    try:
        return json.loads(body.decode(), object_pairs_hook=_Pairs, parse_int=_integer)
    except (RecursionError, ValueError):
        return None


def _integer(digits: str) -> float:
    return float(digits) or 0.0  # -0 is 0, as Pydantic reads it.


def _array(elements: Any, max_rows: int) -> list[Any]:
    is_array = isinstance(elements, list) and not isinstance(elements, _Pairs)
    if not is_array or not 1 <= len(elements) <= max_rows:
        raise InvalidBody(not_a_batch(max_rows))
    return list(elements)


def _row(element: Any) -> Row:
    try:
        return _validate(element)
    except InvalidBody as error:
        return ErrorResponse(reason=error.detail, status=str(error.status_code))


def _validate(element: Any) -> tuple[float, ...]:
    try:
        return _observation.validate_python(
            _to_dict(element) if isinstance(element, _Pairs) else element
        )
    except ValidationError as error:
        errors = error.errors(include_url=False, include_context=False, include_input=False)
        raise InvalidBody(validation_reason(errors)) from None


def _to_dict(pairs: _Pairs) -> dict[str, Any]:
    """Return the features among ``pairs`` and the first unknown key.

    Pydantic would describe every unknown key, and a body has room for 200,000 of them.

    Raises:
        InvalidBody: There is a duplicate key.
    """
    found = dict(pairs)
    if len(found) < len(pairs):
        raise InvalidBody(DUPLICATE_KEY)
    unknown = (key for key in found if key not in FEATURE_NAMES)
    kept = {*FEATURE_NAMES, *islice(unknown, 1)}
    return {key: value for key, value in found.items() if key in kept}
