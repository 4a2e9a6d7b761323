"""A progress bar for fits that run in other processes.

scikit-learn's progress callbacks (1.9) support `GridSearchCV` but not `RFECV`. Both call their
scorer once after each fit, in any process. The scorer therefore appends a byte to a file, and
the file's size is the number of completed fits.
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
"""Seconds between two updates of the bar."""


@dataclass(frozen=True, slots=True)
class CountingScorer:
    """A scorer that counts its calls.

    Attributes:
        scoring: Name of the scorer in scikit-learn.
        counter: File that grows by one byte per call.
    """

    scoring: str
    counter: Path

    def __call__(self, estimator: Any, rows: Any, labels: Any) -> float:
        """Return the score of ``estimator`` and count the call."""
        with self.counter.open("ab") as file:
            file.write(b".")
        return float(get_scorer(self.scoring)(estimator, rows, labels))


@contextmanager
def progress(total: int) -> Iterator[Callable[[str], CountingScorer]]:
    """Show a progress bar for ``total`` cross-validation fits, with an estimate of the time left.

    Yields:
        A function that returns a counting scorer for the name of a scikit-learn scorer.
    """
    with TemporaryDirectory() as folder, tqdm(total=total, desc="cross-validation fits") as bar:
        counter = Path(folder, "counter")
        counter.touch()
        finished = Event()
        watcher = Thread(target=_update, args=(counter, bar, finished))
        watcher.start()
        try:
            yield lambda scoring: CountingScorer(scoring, counter)
        finally:
            finished.set()
            watcher.join()


def _update(counter: Path, bar: "tqdm[Any]", finished: Event) -> None:
    done = False
    while not done:
        done = finished.wait(INTERVAL)
        bar.update(counter.stat().st_size - bar.n)
