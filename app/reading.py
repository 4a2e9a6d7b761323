"""What is in a body: one observation, or an array of them.

Pydantic parses and validates the bytes at once, in Rust. Only what it refuses, and what it
would let through though its meaning is unclear, is looked at once more, in Python.
"""

import json
from contextlib import suppress
from itertools import islice
from typing import Annotated, Any

from pydantic import FailFast, TypeAdapter, ValidationError

from app.answers import Refusal
from app.errors import Refused, explain
from app.observation import FEATURE_NAMES, Observation, Values

ROWS = 10_000
"""The most observations that one request may hold."""

NOT_A_BATCH = f"'body' must be a JSON array of 1 to {ROWS} observations"
"""The reason given for a body that is no batch, as a whole."""

GIVEN_TWICE = "'body' gives a value twice, so it cannot be told which one is meant"
"""The reason given for an object with the same key more than once."""

# Exactly those around the keys: an observation has no other text. With more, some key is
# another, or is given twice, which Pydantic does not tell.
_QUOTATION_MARKS = 2 * len(FEATURE_NAMES)

# The validator itself: a TypeAdapter's own method takes a quarter more.
_ONE = TypeAdapter(Observation).validator
# It need not find what is wrong with every row: after one, each is looked at by itself.
_MANY = TypeAdapter(Annotated[list[Values], FailFast()]).validator


def one(body: bytes) -> Observation:
    """Return the observation in ``body``.

    Raises:
        Refused: There is none.
    """
    if body.count(b'"') == _QUOTATION_MARKS:
        try:
            observation: Observation = _ONE.validate_json(body)
        except ValidationError:
            pass  # What is wrong with it is found out below.
        else:
            return observation
    return _observation(_parsed(body))


def many(body: bytes) -> list[Values | Refusal]:
    """Return the observations of the array in ``body``, in their order, each as its values.

    An element that is not an observation is replaced by the `Refusal` that it would have
    got by itself, so that one bad row loses nothing else.

    Raises:
        Refused: It is not an array of 1 to `ROWS` elements.
    """
    rows, rest = divmod(body.count(b'"'), _QUOTATION_MARKS)
    if not rest and 1 <= rows <= ROWS:
        with suppress(ValidationError):
            observations: list[Values | Refusal] = _MANY.validate_json(body)
            if len(observations) == rows:
                return observations
    return [_row(element) for element in _batch(_parsed(body))]


class _Pairs(list[tuple[str, Any]]):
    """A JSON object as its keys and values, which may hold a key twice."""


def _parsed(body: bytes) -> Any:
    """Return what is in ``body``; if that is no JSON, nothing, as for `null`.

    For what is refused only: it is slower than Pydantic, but it keeps a key that is given
    twice, and reads integers of any length, so that whose value it is can be told.
    """
    try:
        return json.loads(body.decode(), object_pairs_hook=_Pairs, parse_int=_whole)
    except (RecursionError, ValueError):
        return None


def _whole(digits: str) -> float:
    """Return an integer's value, of which -0 is 0, as Pydantic has it."""
    return float(digits) or 0.0


def _batch(elements: Any) -> list[Any]:
    if not isinstance(elements, list) or isinstance(elements, _Pairs):
        raise Refused(400, NOT_A_BATCH)
    if not 1 <= len(elements) <= ROWS:
        raise Refused(400, NOT_A_BATCH)
    return elements


def _row(element: Any) -> Values | Refusal:
    try:
        return _observation(element).values()
    except Refused as refused:
        return refused.refusal


def _observation(element: Any) -> Observation:
    """Return a parsed ``element`` as an observation.

    Raises:
        Refused: It is none. It gets the same reason by itself as in a batch.
    """
    try:
        found = _object(element) if isinstance(element, _Pairs) else element
        observation: Observation = _ONE.validate_python(found)
    except ValidationError as error:
        errors = error.errors(include_url=False, include_context=False, include_input=False)
        raise Refused(400, explain(errors)) from None
    return observation


def _object(pairs: _Pairs) -> dict[str, Any]:
    """Return the features among ``pairs``, and the first other key: all that a reason names.

    Pydantic would describe each of the 200,000 other keys that a body has room for.

    Raises:
        Refused: A key is given twice.
    """
    found = dict(pairs)
    if len(found) < len(pairs):
        raise Refused(400, GIVEN_TWICE)
    others = (key for key in found if key not in FEATURE_NAMES)
    kept = {*FEATURE_NAMES, *islice(others, 1)}
    return {key: value for key, value in found.items() if key in kept}
