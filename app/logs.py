"""How log lines look where we write them ourselves: under uvicorn, not on Lambda.

On Lambda the runtime's own handler writes every record, as JSON where the function's
``LogFormat`` says so. Both have the same field names, those of `app.requestlog.FIELDS`.
"""

import logging
import sys
import time
from abc import abstractmethod
from collections.abc import Callable
from io import FileIO

from pydantic_core import to_json

from app import requestlog
from app.errors import outline
from app.requestlog import FIELDS, Facts

DATE_AND_TIME = "%Y-%m-%dT%H:%M:%S"
TIME = "%H:%M:%S"


def configure_logging(form: str, level: str) -> None:
    """Write all that is logged in this process to stderr, one record a line.

    uvicorn must be started with ``log_config=None``, or it would write in its own way.

    Args:
        form: ``text`` to be read on a terminal, ``json`` to be read by a program.
        level: The least severe level that is kept: DEBUG, INFO, WARNING or ERROR.
    """
    handler = logging.StreamHandler(sys.stderr)
    formatter = JsonFormatter() if form == "json" else TextFormatter()
    handler.setFormatter(formatter)
    # What is told of a request need not become a record first, which takes as long again.
    # Nor does it need a buffer: a line is written by one system call.
    requestlog.tell = Teller(FileIO(sys.stderr.fileno(), "w", closefd=False).write, formatter)
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    # Nothing here shows them, and each takes its time of every record.
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    # Below DEBUG, uvicorn logs each request's path and query, which may hold a measurement.
    logging.getLogger("uvicorn.error").setLevel(max(root.level, logging.DEBUG))
    # A line that cannot be written is otherwise announced with its arguments.
    logging.raiseExceptions = False


class WordlessFormatter(logging.Formatter):
    """Shows where an exception came from, but not its message, which may quote a measurement."""

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802 logging's own name
        """Return the record's time in UTC, to the millisecond."""
        moment = time.strftime(datefmt or DATE_AND_TIME, time.gmtime(record.created))
        return f"{moment}.{int(record.msecs):03d}Z"

    def formatException(self, ei: object) -> str:  # noqa: N802 logging's own name
        """Return the traceback of an ``exc_info``, without messages."""
        error = ei[1] if isinstance(ei, tuple) else None
        return "".join(outline(error)).rstrip() if isinstance(error, BaseException) else ""

    @abstractmethod
    def line(self, moment: str, facts: Facts, milliseconds: float, request_id: str) -> str:
        """Return what `format` would make of a request's record, and the line's end."""


class TextFormatter(WordlessFormatter):
    """One readable line for a record, and what it has of `FIELDS` behind its message."""

    def __init__(self) -> None:
        """Begin each line with the time of day, and the level."""
        super().__init__("%(asctime)s %(levelname)s %(message)s", TIME)

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 logging's own name
        """Return the line, without a traceback."""
        told = record.__dict__
        fields = [f"{name}={told[name]}" for name in FIELDS if name in told]
        return " ".join([super().formatMessage(record), *fields])

    def line(self, moment: str, facts: Facts, milliseconds: float, request_id: str) -> str:
        """Return the line of a request."""
        return (
            f"{moment} INFO request{facts.first_text} duration_ms={milliseconds:.3f}"
            f"{facts.then_text} request_id={request_id}\n"
        )


class JsonFormatter(WordlessFormatter):
    """One JSON object for a record, with the names that Lambda's own formatter uses."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the object as one line."""
        told = record.__dict__
        line = {
            "timestamp": self.formatTime(record),
            "level": record.levelname,
            "message": record.getMessage(),
            "logger": record.name,
        }
        for name in FIELDS:
            if name in told:
                line[name] = told[name]
        if record.exc_info:
            line["stackTrace"] = self.formatException(record.exc_info)
        # Pydantic's, which is loaded anyway, takes a quarter of json's time.
        return to_json(line).decode()

    def line(self, moment: str, facts: Facts, milliseconds: float, request_id: str) -> str:
        """Return the line of a request."""
        line = {
            "timestamp": moment,
            "level": "INFO",
            "message": "request",
            "logger": requestlog.logger.name,
            **facts.first,
            "duration_ms": round(milliseconds, 3),
            **facts.then,
            "request_id": request_id,
        }
        return f"{to_json(line).decode()}\n"


class Teller:
    """Writes the line of a request, when it is over."""

    def __init__(self, write: Callable[[bytes], object], formatter: WordlessFormatter) -> None:
        """Pass to ``write`` what ``formatter`` makes of it."""
        self._write = write
        self._line = formatter.line
        self._form = formatter.datefmt or DATE_AND_TIME
        self._second, self._clock = 0, ""

    def __call__(self, facts: Facts, milliseconds: float, request_id: str) -> None:
        """Write a line; one that cannot be written is lost, and stops nothing."""
        now = time.time()
        second = int(now)
        if second != self._second:  # Many requests come in each.
            self._second, self._clock = second, time.strftime(self._form, time.gmtime(second))
        moment = f"{self._clock}.{int((now - second) * 1000):03d}Z"
        try:
            self._write(self._line(moment, facts, milliseconds, request_id).encode())
        except (OSError, ValueError):
            return
