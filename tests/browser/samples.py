"""Observations, CSV files and an API key."""

import subprocess
import sys
from itertools import cycle
from pathlib import Path

from app.api.schemas import EXAMPLES
from app.middleware.api_key import digest, new_key
from model import FEATURES
from tests.conftest import ROOT

__all__ = ["EXAMPLES", "new_key"]

LABELS = {each.name: each.column[0].upper() + each.column[1:] for each in FEATURES}
"""Field labels by feature name."""

SCANS = {
    "malignant": (0.1471, 25.38, 17.33, 2019.0, 0.2654),
    "benign": (0.04781, 15.11, 19.26, 711.2, 0.1288),
    "refer": (0.05669, 12.84, 35.34, 514.0, 0.1424),
}
"""Values without input warnings, by decision."""

API_KEY = new_key()
API_KEY_SETTINGS = {"API_KEYS": digest(API_KEY).hex()}

HEADER = "patient,note," + ",".join(LABELS)
VALID_ROWS = [",".join(map(str, values)) for values in SCANS.values()]
INVALID_ROWS = {
    "n/a,14.97,24.64,677.9,0.1015": "mean concave points: this must be a number",
    "0.03821,,24.64,677.9,0.1015": "worst radius: this measurement is missing.",
    "0.03821,14.97,-1,677.9,0.1015": "worst texture: this can\u2019t be below 0.",
    "0.03821,14.97,24.64,1e999,0.1015": "worst area: this number is too large.",
    '0.03821,14.97,24.64,"677,9",0.1015': "worst area: this has a comma, which is not the",
    "0.03821,14.97": "The row must have as many cells as the header.",
}
"""Rows and the beginning of their error message."""


def scan(decision: str) -> dict[str, float]:
    """Return an observation with this decision."""
    return dict(zip(LABELS, SCANS[decision], strict=True))


def csv(rows: int) -> str:
    """Return a CSV of so many rows. Every hundredth is invalid."""
    valid, invalid = cycle(VALID_ROWS), cycle(INVALID_ROWS)
    lines = (
        f'{n},"said ""new""",{next(invalid) if n % 100 == 0 else next(valid)}'
        for n in range(1, rows + 1)
    )
    return "\r\n".join([HEADER, *lines, ""])


def csv_file(folder: Path, rows: int) -> Path:
    """Write a CSV of so many rows to a file."""
    path = folder / "scans.csv"
    path.write_bytes(csv(rows).encode())
    return path


def scored(path: Path, *options: str) -> bytes:
    """Return the output of ``python -m app score``."""
    command = [sys.executable, "-m", "app", "score", str(path), *options]
    return subprocess.run(command, cwd=ROOT, capture_output=True, check=False).stdout
