"""The image, built once from the Dockerfile by any container engine.

`make test` leaves this folder out, as it requires no engine; `.ci/run` starts one for it.
"""

from collections.abc import Iterator

import pytest

from tests.conftest import ROOT
from tests.image.containers import EMULATOR, SERVICE, Container, build, emulated, served


@pytest.fixture(scope="session", autouse=True)
def images() -> None:
    build(ROOT, SERVICE)
    build(ROOT, EMULATOR, "--target", "emulator")


@pytest.fixture(scope="module")
def service() -> Iterator[Container]:
    with served() as started:
        yield started


@pytest.fixture(scope="module")
def function() -> Iterator[Container]:
    with emulated() as started:
        yield started
