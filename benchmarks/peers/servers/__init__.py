"""What each peer needs to serve the estimator; it runs in the peer's own environment."""
