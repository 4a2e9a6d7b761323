"""Train the classifier with scikit-learn and compile it into a scorecard."""
