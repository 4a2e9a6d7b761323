"""Serve from wherever this is started: ``python -m app``.

Inside Lambda, or its emulator, `AWS_LAMBDA_RUNTIME_API` is set, and this process becomes
the function's runtime. Anywhere else it serves with uvicorn on `HOST` and `PORT`.
"""

import os
import signal
import sys
from types import FrameType

HANDLER = "app.lambda_handler.handler"


def main() -> None:
    """Serve until told to stop."""
    if "AWS_LAMBDA_RUNTIME_API" in os.environ:
        run_function()
    else:
        run_server()


def run_function() -> None:
    """Take invocations from Lambda's runtime interface."""
    # Imported here, as only one of the two is needed, and Lambda's zip has neither.
    from awslambdaric.__main__ import main as take_invocations

    take_invocations([sys.argv[0], HANDLER])


def run_server() -> None:
    """Take HTTP requests."""
    import uvicorn

    # uvicorn finishes what it has accepted, then raises the signal that stopped it again.
    signal.signal(signal.SIGTERM, _exit)
    uvicorn.run(
        "app.main:app",
        host=os.environ.get("HOST", "127.0.0.1"),
        port=int(os.environ.get("PORT", "8000")),
        # It prints query strings, and a query string may hold a measurement.
        access_log=False,
    )


def _exit(_number: int, _frame: FrameType | None) -> None:
    sys.exit(0)


if __name__ == "__main__":
    main()
