"""Invoke a Lambda handler: ``python -m benchmarks.invoke HANDLER INVOCATIONS < EVENT``.

Print the mean duration of an invocation, in microseconds. The log goes to the null device, as
JSON: that is how the template configures it, and Lambda's runtime client formats it.
"""

import json
import logging
import os
import sys
import time
from importlib import import_module
from typing import Any

from awslambdaric.lambda_context import LambdaContext
from awslambdaric.lambda_runtime_log_utils import JsonFormatter


def main(handler_name: str, invocations: int, event: Any) -> float:
    """Warm the handler up and invoke it; return microseconds per invocation."""
    log = logging.FileHandler(os.devnull)
    log.setFormatter(JsonFormatter())
    logging.basicConfig(level=logging.INFO, handlers=[log])
    module, _, attribute = handler_name.rpartition(".")
    handler = getattr(import_module(module), attribute)
    context = LambdaContext("c6af9ac6-7b61-11e6-9a41-93e8deadbeef", None, None, 0)
    for _ in range(invocations // 5 + 1):
        handler(event, context)
    start = time.perf_counter()
    for _ in range(invocations):
        response = handler(event, context)
    seconds = time.perf_counter() - start
    if str(response["statusCode"]) not in {"200", "404"}:
        raise RuntimeError(f"{handler_name} returned status {response['statusCode']}")
    return seconds / invocations * 1e6


if __name__ == "__main__":
    print(main(sys.argv[1], int(sys.argv[2]), json.load(sys.stdin)))
