import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from model import ARTIFACTS
from training.__main__ import main as train
from training.artifacts import ESTIMATOR, EVIDENCE, SEARCH


@pytest.fixture(scope="session")
def estimator(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A trained estimator, wherever `make train` was not run."""
    folder = tmp_path_factory.mktemp("trained")
    for name in (SEARCH, EVIDENCE):
        (folder / name).write_bytes((ARTIFACTS / name).read_bytes())
    train(["--folder", str(folder)])
    return folder / ESTIMATOR


@pytest.fixture(scope="module")
def untraced() -> Iterator[None]:
    """Servers that run as they would for a reader, and so several times as fast."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("COVERAGE_")]:
            patch.delenv(name)
        yield
