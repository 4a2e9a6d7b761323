"""Write the estimator as an MLflow model into the folder ``model``."""

import os

import joblib
import mlflow

mlflow.sklearn.save_model(
    joblib.load(os.environ["ESTIMATOR"]),
    "model",
    # MLflow's default format, skops, loads only types that are declared as trusted.
    skops_trusted_types=["sklearn.tree._tree.Tree"],
)
