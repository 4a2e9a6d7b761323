"""Writes the estimator as an MLflow model, into the folder ``model``."""

import os

import joblib
import mlflow

mlflow.sklearn.save_model(
    joblib.load(os.environ["ESTIMATOR"]),
    "model",
    # skops, MLflow's own choice, wants to be told that the file is trusted.
    skops_trusted_types=["sklearn.tree._tree.Tree"],
)
