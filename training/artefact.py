"""Write the scorecard and what belongs beside it into the model's folder."""

import json
import re
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import joblib
import numpy as np
import sklearn
from sklearn.ensemble import GradientBoostingClassifier

from model import GOLDEN_TOLERANCE, SCORECARD, VERSION, GoldenVectorMismatch, parse, seal
from training.compiler import PLACES, Compiled
from training.dataset import CLASSES, Dataset
from training.errors import NotExact, SearchMissing
from training.fit import BASE_PARAMETERS, holdout_metrics

ESTIMATOR = "clf.joblib"
"""The file name of the fitted scikit-learn estimator; git-ignored, never served."""

SEARCH = "search.json"
"""The file name of what the search found."""

OBSERVATIONS = (
    (0.03821, 14.97, 24.64, 677.9, 0.1015),
    (0.07951, 24.86, 26.58, 1866.0, 0.01),
    (0.19, 33.13, 23.58, 3234.0, 0.28),
)
"""The known observations; their scores are stored so that loading can check itself."""

_INNERMOST = re.compile(r"\[[^][{}]*\]|\{[^][{}]*\}")


def scorecard_text(
    compiled: Compiled,
    estimator: GradientBoostingClassifier,
    data: Dataset,
    found: dict[str, Any],
) -> str:
    """Return the scorecard file's text, sealed and proven to load.

    Raises:
        NotExact: It doesn't give ``estimator``'s scores and probabilities on every patient.
    """
    document = {
        "version": VERSION,
        "classes": CLASSES,
        "intercept": compiled.intercept,
        "features": [asdict(feature) for feature in compiled.features],
        "golden": _golden(compiled, estimator),
        "provenance": {
            "scikit-learn": sklearn.__version__,
            "data": data.provenance(),
            "parameters": {**BASE_PARAMETERS, **found["parameters"]},
            "metrics": {
                "crossValidation": {"folds": found["folds"], "f1": found["f1"]},
                "holdOut": holdout_metrics(estimator, data),
            },
        },
    }
    text = seal(render(document))
    _require_exact(text, estimator, data)
    return text


def render(document: dict[str, Any]) -> str:
    """Return ``document`` as JSON for readers: indented, but a list of numbers on one line."""
    text = json.dumps(document, indent=2, allow_nan=False)
    return _INNERMOST.sub(_on_one_line, text) + "\n"


def _on_one_line(match: re.Match[str]) -> str:
    return match[0][0] + " ".join(match[0][1:-1].split()) + match[0][-1]


def write_model(folder: Path, text: str, estimator: GradientBoostingClassifier) -> None:
    """Write the scorecard and the estimator that it was compiled from into ``folder``."""
    replace_file(folder / ESTIMATOR, lambda path: joblib.dump(estimator, path))
    replace_file(folder / SCORECARD, lambda path: path.write_text(text, encoding="utf-8"))


def write_search(folder: Path, found: dict[str, Any]) -> None:
    """Write what the search found into ``folder``."""
    text = render(found)
    replace_file(folder / SEARCH, lambda path: path.write_text(text, encoding="utf-8"))


def read_search(folder: Path) -> dict[str, Any]:
    """Return what the search stored in ``folder`` found.

    Raises:
        SearchMissing: There is no such file, or it isn't one that the search wrote.
    """
    path = folder / SEARCH
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        return {key: found[key] for key in ("features", "parameters", "folds", "f1")}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SearchMissing(
            f"{path} is not a record of a search ({error!r}); restore it from version "
            "control or run 'python -m training --search', which takes minutes"
        ) from error


def replace_file(path: Path, write: Callable[[Path], object]) -> None:
    """Have ``write`` fill a temporary file beside ``path``, then move it into place."""
    with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
        temporary = Path(file.name)
    try:
        write(temporary)
        temporary.chmod(0o644)  # A temporary file is readable by its owner alone.
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _golden(compiled: Compiled, estimator: GradientBoostingClassifier) -> list[dict[str, Any]]:
    lowest = tuple(feature.minimum for feature in compiled.features)
    highest = tuple(feature.maximum for feature in compiled.features)
    vectors = (*OBSERVATIONS, lowest, highest)
    scores = estimator.decision_function(vectors)
    return [
        {"values": values, "score": round(float(score), PLACES)}
        for values, score in zip(vectors, scores, strict=True)
    ]


def _require_exact(text: str, estimator: GradientBoostingClassifier, data: Dataset) -> None:
    try:
        scorecard = parse(text)
        rows = np.concatenate([data.train, data.test])
        scores = [scorecard.score(row) for row in rows.tolist()]
        probabilities = [scorecard.probability(row) for row in rows.tolist()]
        np.testing.assert_allclose(
            [scores, probabilities],
            [estimator.decision_function(rows), estimator.predict_proba(rows)[:, 1]],
            rtol=0,
            atol=GOLDEN_TOLERANCE,
        )
    except (GoldenVectorMismatch, AssertionError) as error:
        raise NotExact(
            "the tables do not give scikit-learn's answers; fit with loss='log_loss' and "
            "without an initial estimator of your own"
        ) from error
