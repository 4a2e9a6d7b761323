"""CSVs of scans, good and bad, and what the command line makes of them."""

import subprocess
import sys
from itertools import cycle
from pathlib import Path

from app.observation import FEATURE_NAMES
from tests.browser.clinician import SCANS
from tests.conftest import ROOT

HEADER = "patient,note," + ",".join(FEATURE_NAMES)
GOOD = [",".join(map(str, values)) for values in SCANS.values()]
BAD = {
    "n/a,14.97,24.64,677.9,0.1015": "mean concave points: this has to be a number",
    "0.03821,,24.64,677.9,0.1015": "worst radius: this measurement is missing.",
    "0.03821,14.97,-1,677.9,0.1015": "worst texture: this can\u2019t be below 0.",
    "0.03821,14.97,24.64,1e999,0.1015": "worst area: this number is too large.",
    '0.03821,14.97,24.64,"677,9",0.1015': "worst area: this has a comma, which is not the",
    "0.03821,14.97": "The row has not as many cells as the header.",
}


def csv(rows: int) -> str:
    """Return a CSV of so many rows; every hundredth is bad, each in another way."""
    good, bad = cycle(GOOD), cycle(BAD)
    lines = (
        f'{n},"said ""new""",{next(bad) if n % 100 == 0 else next(good)}'
        for n in range(1, rows + 1)
    )
    return "\r\n".join([HEADER, *lines, ""])


def scored(file: Path, *options: str) -> bytes:
    """Return what ``python -m app score`` makes of a file."""
    command = [sys.executable, "-m", "app", "score", str(file), *options]
    return subprocess.run(command, cwd=ROOT, capture_output=True, check=False).stdout
