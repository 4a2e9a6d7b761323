"""A function that does nothing: what Python and Lambda's runtime client cost alone."""


def handler(_event: object, _context: object) -> dict[str, str]:
    """Answer."""
    return {"statusCode": "200"}
