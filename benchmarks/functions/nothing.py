"""A function that does nothing: the cost of Python and Lambda's runtime client."""


def handler(_event: object, _context: object) -> dict[str, str]:
    """Return a constant."""
    return {"statusCode": "200"}
