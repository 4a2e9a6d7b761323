import pytest

from benchmarks.lambda_functions import (
    CLASSIC,
    HANDLERS,
    SERVICE,
    cold_start,
    run_cold,
    run_warm,
    warm_invocation,
)
from benchmarks.rounds import QUICK

pytestmark = pytest.mark.usefixtures("_estimator")


def test_cold_starts_of_all_functions_are_measured() -> None:
    done: list[float] = []
    starts = run_cold(QUICK, done.append)["starts"]
    assert set(starts) == set(HANDLERS)
    assert done[-1] == 1
    for [start] in starts.values():
        assert 0 < start["init_ms"] < start["first_response_ms"]
        assert start["memory_mb"] > 5
    assert starts[SERVICE][0]["memory_mb"] < starts[CLASSIC][0]["memory_mb"]


def test_warm_invocations_of_all_functions_are_measured() -> None:
    found = run_warm(QUICK, lambda _: None)["microseconds"]
    assert set(found) == set(HANDLERS)
    assert found["Nothing"][0] < found[SERVICE][0]


def test_function_that_cannot_start_is_an_error() -> None:
    with pytest.raises(Exception, match="502"):
        cold_start("benchmarks.functions.missing.handler")


def test_handler_that_fails_is_an_error() -> None:
    with pytest.raises(RuntimeError, match="returned status 500"):
        warm_invocation("tests.benchmarks.test_lambda_functions.failing", 1)


def failing(_event: object, _context: object) -> dict[str, int]:  # pragma: no cover - a subprocess
    return {"statusCode": 500}
