"""The Wisconsin Diagnostic Breast Cancer data, with malignant coded as 1 and a fixed split."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import train_test_split

SOURCE = "sklearn.datasets.load_breast_cancer"
"""Source of the data: a file in scikit-learn, so no download is needed."""

CLASSES = {0: "benign", 1: "malignant"}
"""The labels. scikit-learn's copy of the data codes malignant as 0."""

Rows = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]
Probabilities = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Dataset:
    """Training patients and held-out patients.

    Attributes:
        columns: Name of each feature in scikit-learn.
        train: Training rows, shape (patients, features).
        train_labels: Their labels, 1 for malignant, shape (patients,).
        test: Held-out rows, shape (patients, features).
        test_labels: Their labels.
    """

    columns: tuple[str, ...]
    train: Rows
    train_labels: Labels
    test: Rows
    test_labels: Labels

    def select(self, columns: Sequence[str]) -> Self:
        """Return the same patients with only ``columns``, in that order."""
        indices = [self.columns.index(column) for column in columns]
        return replace(
            self,
            columns=tuple(columns),
            train=self.train[:, indices],
            test=self.test[:, indices],
        )

    def pooled(self) -> tuple[Rows, Labels]:
        """Return the rows and labels of all patients, training patients first."""
        return (
            np.concatenate([self.train, self.test]),
            np.concatenate([self.train_labels, self.test_labels]),
        )

    def fold(self, train: Indices, test: Indices) -> Self:
        """Return the same patients with another split, given as indices into `pooled`."""
        rows, labels = self.pooled()
        return replace(
            self,
            train=rows[train],
            train_labels=labels[train],
            test=rows[test],
            test_labels=labels[test],
        )

    def provenance(self, *, pooled: bool = False) -> dict[str, Any]:
        """Return the source, number and SHA-256 of the training rows.

        The hash covers the rows as little-endian float64 in C order and then the labels as
        bytes, so it is the same on every platform.

        Args:
            pooled: Describe all patients instead of the training patients.
        """
        rows, labels = self.pooled() if pooled else (self.train, self.train_labels)
        content = rows.astype("<f8").tobytes() + labels.astype("u1").tobytes()
        return {
            "source": SOURCE,
            "rows": len(rows),
            "sha256": sha256(content).hexdigest(),
        }


def load() -> Dataset:
    """Return all 569 patients with 30 features, a fifth of them held out."""
    bunch = load_breast_cancer()
    # Metrics such as sensitivity are about class 1, which must be the disease.
    labels = 1 - bunch.target
    train, test, train_labels, test_labels = train_test_split(
        bunch.data, labels, test_size=0.2, random_state=42
    )
    columns = tuple(str(name) for name in bunch.feature_names)
    return Dataset(columns, train, train_labels, test, test_labels)
