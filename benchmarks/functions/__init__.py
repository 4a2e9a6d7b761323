"""The Lambda functions that ours is measured beside."""
