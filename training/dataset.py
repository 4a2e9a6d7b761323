"""The Wisconsin Diagnostic Breast Cancer data, with malignant as 1, split once for all."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import train_test_split

SOURCE = "sklearn.datasets.load_breast_cancer"
"""Where the data come from: a file inside scikit-learn, so nothing is downloaded."""

CLASSES = {0: "benign", 1: "malignant"}
"""What the labels mean here; the source has them the other way round."""

Rows = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]
Probabilities = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Dataset:
    """Patients for training and patients held out.

    Attributes:
        columns: The name of each feature, as scikit-learn has it.
        train: The training rows, shape (patients, features).
        train_labels: Their labels, 1 for malignant, shape (patients,).
        test: The held-out rows, shape (patients, features).
        test_labels: Their labels.
    """

    columns: tuple[str, ...]
    train: Rows
    train_labels: Labels
    test: Rows
    test_labels: Labels

    def select(self, columns: Sequence[str]) -> Self:
        """Return the same patients with only ``columns``, in the order asked for."""
        chosen = [self.columns.index(column) for column in columns]
        return replace(
            self,
            columns=tuple(columns),
            train=self.train[:, chosen],
            test=self.test[:, chosen],
        )

    def pooled(self) -> tuple[Rows, Labels]:
        """Return the rows and labels of all patients, those for training first."""
        return (
            np.concatenate([self.train, self.test]),
            np.concatenate([self.train_labels, self.test_labels]),
        )

    def fold(self, train: Indices, test: Indices) -> Self:
        """Return the same patients split anew; the indices are those of `pooled`."""
        rows, labels = self.pooled()
        return replace(
            self,
            train=rows[train],
            train_labels=labels[train],
            test=rows[test],
            test_labels=labels[test],
        )

    def provenance(self, *, everybody: bool = False) -> dict[str, Any]:
        """Return what identifies the training data: source, rows and SHA-256.

        The hash is taken over the rows as little-endian float64 in C order, followed by
        the labels as bytes, so it is the same on every platform.

        Args:
            everybody: Identify the patients of `pooled`, not those for training.
        """
        rows, labels = self.pooled() if everybody else (self.train, self.train_labels)
        content = rows.astype("<f8").tobytes() + labels.astype("u1").tobytes()
        return {
            "source": SOURCE,
            "rows": len(rows),
            "sha256": sha256(content).hexdigest(),
        }


def load() -> Dataset:
    """Return all 569 patients with 30 features, a fifth of them held out."""
    bunch = load_breast_cancer()
    # The source codes malignant as 0; here the condition looked for is the positive class.
    labels = 1 - bunch.target
    train, test, train_labels, test_labels = train_test_split(
        bunch.data, labels, test_size=0.2, random_state=42
    )
    columns = tuple(str(name) for name in bunch.feature_names)
    return Dataset(columns, train, train_labels, test, test_labels)
