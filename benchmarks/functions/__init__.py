"""Lambda functions to compare with the service."""
