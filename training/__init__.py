"""Fit the classifier with scikit-learn and compile it into the scorecard that is served."""
