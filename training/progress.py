"""A progress bar over fits that happen in other processes.

scikit-learn's own progress callbacks (1.9) reach `GridSearchCV` but not `RFECV`. Both
call their scorer once after each fit, wherever that runs, so the scorer does the
counting: it appends a byte to a file, whose size is the number of fits done.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Thread
from typing import Any

from sklearn.metrics import get_scorer
from tqdm import tqdm

INTERVAL = 0.5
"""Seconds between two looks at the count."""


@dataclass(frozen=True, slots=True)
class CountingScorer:
    """scikit-learn's scorer of that name, which leaves a byte in ``ticks`` per call."""

    scoring: str
    ticks: Path

    def __call__(self, estimator: Any, rows: Any, labels: Any) -> float:
        """Score ``estimator`` and count it."""
        with self.ticks.open("ab") as file:
            file.write(b".")
        return float(get_scorer(self.scoring)(estimator, rows, labels))


@contextmanager
def progress(total: int, unit: str) -> Iterator[Callable[[str], CountingScorer]]:
    """Show a bar up to ``total``, with an estimate of the time left, while the block runs.

    Yields a function that makes the scorer of a given scikit-learn name; each fit that it
    scores moves the bar.
    """
    with TemporaryDirectory() as folder, tqdm(total=total, desc=unit) as bar:
        ticks = Path(folder, "ticks")
        ticks.touch()
        finished = Event()
        watcher = Thread(target=_follow, args=(ticks, bar, finished))
        watcher.start()
        try:
            yield lambda scoring: CountingScorer(scoring, ticks)
        finally:
            finished.set()
            watcher.join()


def _follow(ticks: Path, bar: "tqdm[Any]", finished: Event) -> None:
    done = False
    while not done:
        done = finished.wait(INTERVAL)
        bar.update(ticks.stat().st_size - bar.n)
