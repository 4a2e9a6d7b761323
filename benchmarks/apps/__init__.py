"""The small applications that the service is measured beside."""
