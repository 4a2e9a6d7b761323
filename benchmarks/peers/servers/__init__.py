"""Scripts that serve the estimator with a peer, run in the environment of that peer."""
