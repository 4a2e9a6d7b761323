"""Cold starts under AWS's emulator and warm invocations of Lambda handlers."""

import compileall
import json
import os
import re
import sys
import time
from collections.abc import Mapping
from functools import partial
from tempfile import TemporaryFile
from typing import Any

import httpx

from benchmarks.processes import ROOT, descendants, output, peak_resident_mb
from benchmarks.requests import KNOWN, named
from benchmarks.rounds import Progress, RunSize, interleave
from deployment.emulator import emulator

SERVICE, EMPTY, CLASSIC = "This service", "Empty FastAPI + Mangum", "Classic"

HANDLERS: Mapping[str, str] = {
    SERVICE: "app.lambda_handler.handler",
    EMPTY: "benchmarks.functions.empty.handler",
    CLASSIC: "benchmarks.functions.classic.handler",
    "Nothing": "benchmarks.functions.nothing.handler",
}
"""Handlers by name, as Lambda's settings have them."""

# Seconds. Initialization counts into the function's timeout.
_TIMEOUT = "300"


def function_url_event() -> dict[str, Any]:
    """Return a Function URL event that asks for a prediction."""
    http = {"method": "POST", "path": "/predict", "sourceIp": "127.0.0.1", "protocol": "HTTP/1.1"}
    return {
        "version": "2.0",
        "rawPath": "/predict",
        "rawQueryString": "",
        "headers": {"content-type": "application/json", "host": "localhost"},
        "requestContext": {"domainName": "localhost", "http": http},
        "body": json.dumps(named(next(iter(KNOWN)))),
        "isBase64Encoded": False,
    }


def run_cold(size: RunSize, progress: Progress) -> dict[str, Any]:
    """Measure cold starts of all functions in interleaved rounds."""
    # As in the image: without bytecode, Python would compile the modules at every start.
    for folder in ("app", "model", "benchmarks"):
        compileall.compile_dir(ROOT / folder, quiet=1)
    starts = {name: partial(cold_start, handler) for name, handler in HANDLERS.items()}
    return {"starts": interleave(starts, size.starts, progress)}


def cold_start(handler: str) -> dict[str, float]:
    """Start a function under the emulator; return the durations and the peak memory.

    The emulator reports the duration of the initialization. The duration until the first
    response also includes the invocation.
    """
    runtime = (sys.executable, "-m", "awslambdaric", handler)
    timeout = {"AWS_LAMBDA_FUNCTION_TIMEOUT": _TIMEOUT}
    children = descendants(os.getpid())
    with TemporaryFile("w+") as log:
        with (
            emulator(runtime=runtime, environment=timeout, output=log) as url,
            httpx.Client(timeout=float(_TIMEOUT)) as client,
        ):
            start = time.perf_counter()
            client.post(url, json=function_url_event()).raise_for_status()
            seconds = time.perf_counter() - start
            # The function is the emulator's child.
            function = [pid for pid in descendants(os.getpid()) if pid not in children][-1]
            memory = peak_resident_mb(function)
        log.seek(0)
        initialization = re.findall(r"INIT REPORT\(durationMs: ([\d.]+)", log.read())[0]
    return {
        "init_ms": float(initialization),
        "first_response_ms": seconds * 1000,
        "memory_mb": memory,
    }


def run_warm(size: RunSize, progress: Progress) -> dict[str, Any]:
    """Measure warm invocations of all functions in interleaved rounds."""
    rounds = {
        name: partial(warm_invocation, handler, size.invocations)
        for name, handler in HANDLERS.items()
    }
    return {"microseconds": interleave(rounds, size.starts, progress)}


def warm_invocation(handler: str, invocations: int) -> float:
    """Return the mean duration of an invocation in a new process, in microseconds.

    Raises:
        RuntimeError: The handler cannot be loaded, or failed.
    """
    command = [sys.executable, "-m", "benchmarks.invoke", handler, str(invocations)]
    return float(output(command, stdin=json.dumps(function_url_event())).splitlines()[-1])
