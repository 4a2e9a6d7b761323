"""Log formatters, for text and JSON, that leave out exception messages.

On Lambda the runtime's own handler formats the records, as the function's ``LogFormat`` says.
"""

import asyncio
import json
import logging
import sys
import time
import traceback
from collections.abc import Iterator
from contextlib import nullcontext, suppress
from typing import Any, Literal

from app.middleware.request_log import FIELDS


def configure_logging(form: Literal["text", "json"], level: str) -> None:
    """Log to stderr, one record per line, unless logging is configured already.

    Args:
        form: ``text`` for people, ``json`` for programs.
        level: The least severe level to log: DEBUG, INFO, WARNING or ERROR.
    """
    handler = StderrHandler()
    handler.setFormatter(JsonFormatter() if form == "json" else TextFormatter())
    logging.basicConfig(level=level, handlers=[handler])


def format_stack_trace(error: BaseException) -> str:
    """Return the stack trace of ``error`` and its causes, without their messages.

    A message may quote a measurement.
    """
    return "".join(_stack_trace(error)).rstrip()


def _stack_trace(error: BaseException) -> Iterator[str]:
    yield from traceback.format_tb(error.__traceback__)
    yield f"{type(error).__module__}.{type(error).__qualname__}\n"
    cause = error.__cause__ or error.__context__
    if cause is not None:
        yield "caused by\n"
        yield from _stack_trace(cause)


class StderrHandler(logging.Handler):
    """Handler that writes the records of one iteration of the event loop at once, to stderr.

    One write per record would take a tenth of the time of a request. A record that cannot be
    formatted or written is dropped; the standard handlers would print its arguments.
    """

    def __init__(self) -> None:
        """Write to the current stderr."""
        super().__init__()
        self._stream = sys.stderr
        self._lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Write ``record`` before the next iteration of the event loop."""
        try:
            self._lines.append(f"{self.format(record)}\n")
        except Exception:  # noqa: BLE001 its arguments may not fit its message
            return
        if len(self._lines) > 1:  # It will be written with the first one.
            return
        try:
            asyncio.get_running_loop().call_soon(self.flush)
        except RuntimeError:  # Outside the event loop, such as in a worker thread.
            self.flush()

    def flush(self) -> None:
        """Write the records that are waiting."""
        with self.lock or nullcontext(), suppress(OSError, ValueError):
            lines, self._lines = self._lines, []
            self._stream.write("".join(lines))
            self._stream.flush()


class _Formatter(logging.Formatter):
    """Formatter with times in UTC, and without exception messages."""

    def __init__(self, datefmt: str) -> None:
        super().__init__(datefmt=datefmt)
        self._second = 0
        self._clock = ""

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802
        """Return the record's time in UTC, to the millisecond."""
        second = int(record.created)
        if second != self._second:  # Many records have the same.
            self._second = second
            self._clock = time.strftime(datefmt or self.datefmt or "", time.gmtime(second))
        return f"{self._clock}.{int(record.msecs):03d}Z"

    def formatException(self, ei: Any) -> str:  # noqa: N802
        """Return the stack trace of ``ei``, an ``exc_info`` tuple."""
        return format_stack_trace(ei[1]) if ei[1] else ""


class TextFormatter(_Formatter):
    """Formatter for people: time, level, message, and the request's fields."""

    def __init__(self) -> None:
        """Log the time of day."""
        super().__init__("%H:%M:%S")

    def format(self, record: logging.LogRecord) -> str:
        """Return ``record`` as one line, and a stack trace below it if it has one."""
        values = record.__dict__
        fields = "".join([f" {name}={values[name]}" for name in FIELDS if name in values])
        line = f"{self.formatTime(record)} {record.levelname} {record.getMessage()}{fields}"
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


class JsonFormatter(_Formatter):
    """Formatter for programs: one JSON object, with the names of Lambda's own formatter."""

    def __init__(self) -> None:
        """Log the date and time."""
        super().__init__("%Y-%m-%dT%H:%M:%S")

    def format(self, record: logging.LogRecord) -> str:
        """Return ``record`` as one line of JSON."""
        values = record.__dict__
        line = {
            "timestamp": self.formatTime(record),
            "level": record.levelname,
            "message": record.getMessage(),
            "logger": record.name,
            **{name: values[name] for name in FIELDS if name in values},
        }
        if record.exc_info:
            line["stackTrace"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)
