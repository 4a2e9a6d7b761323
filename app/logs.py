"""How log lines look where we write them ourselves: under uvicorn, not on Lambda.

On Lambda the runtime's own handler writes every record, as JSON where the function's
``LogFormat`` says so. Both have the same field names, those of `app.requestlog.FIELDS`.
"""

import logging
import sys
import time
from functools import lru_cache

from pydantic_core import to_json

from app.errors import outline
from app.requestlog import FIELDS

DATE_AND_TIME = "%Y-%m-%dT%H:%M:%S"


def configure_logging(form: str, level: str) -> None:
    """Write all that is logged in this process to stderr, one record a line.

    uvicorn must be started with ``log_config=None``, or it would write in its own way.

    Args:
        form: ``text`` to be read on a terminal, ``json`` to be read by a program.
        level: The least severe level that is kept: DEBUG, INFO, WARNING or ERROR.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter() if form == "json" else TextFormatter())
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
        moment = int(record.created)
        return f"{_second(moment, datefmt or DATE_AND_TIME)}.{int(record.msecs):03d}Z"

    def formatException(self, ei: object) -> str:  # noqa: N802 logging's own name
        """Return the traceback of an ``exc_info``, without messages."""
        error = ei[1] if isinstance(ei, tuple) else None
        return "".join(outline(error)).rstrip() if isinstance(error, BaseException) else ""


class TextFormatter(WordlessFormatter):
    """One readable line for a record, and what it has of `FIELDS` behind its message."""

    def __init__(self) -> None:
        """Begin each line with the time of day, and the level."""
        super().__init__("%(asctime)s %(levelname)s %(message)s", "%H:%M:%S")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 logging's own name
        """Return the line, without a traceback."""
        told = record.__dict__
        fields = [f"{name}={told[name]}" for name in FIELDS if name in told]
        return " ".join([super().formatMessage(record), *fields])


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


@lru_cache(maxsize=2)
def _second(moment: int, form: str) -> str:
    """Return a second as text; many requests come in each."""
    return time.strftime(form, time.gmtime(moment))
