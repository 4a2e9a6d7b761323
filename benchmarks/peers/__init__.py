"""Other servers of the same estimator, each in an environment of its own."""
