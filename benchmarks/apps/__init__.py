"""Applications to compare with the service."""
