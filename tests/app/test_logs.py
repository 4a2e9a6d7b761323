import json
import logging
import re
import subprocess
import sys
from io import BytesIO

import pytest

from app import requestlog
from app.logs import JsonFormatter, Teller, TextFormatter, WordlessFormatter
from app.requestlog import Facts, logger
from tests.conftest import ROOT

MEASURED = "7318.52917"
FIELDS = {"path": "/predict", "status": 200, "prediction": 0, "model": "290984b946db"}


def record(message: str = "request", error: Exception | None = None) -> logging.LogRecord:
    found = (type(error), error, error.__traceback__) if error else None
    logger = logging.getLogger("app.request")
    extra = {**FIELDS, "color_message": MEASURED}
    return logger.makeRecord(logger.name, logging.INFO, "", 0, message, (), found, None, extra)


def raised() -> Exception:
    with pytest.raises(ValueError, match=MEASURED) as caught:
        int(MEASURED)
    return caught.value


def test_text_is_one_line_with_the_fields_that_are_known() -> None:
    line = TextFormatter().format(record())
    assert re.fullmatch(
        r"\d\d:\d\d:\d\d\.\d{3}Z INFO request "
        r"path=/predict status=200 prediction=0 model=290984b946db",
        line,
    )


def test_json_is_one_object_with_lambdas_names_and_the_fields_that_are_known() -> None:
    entry = record('a "quoted" text\nof two lines')
    text = JsonFormatter().format(entry)
    assert "\n" not in text
    line = json.loads(text)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line.pop("timestamp"))
    assert line == {
        "level": "INFO",
        "message": entry.getMessage(),
        "logger": "app.request",
        **FIELDS,
    }


def test_the_time_is_utc_and_moves_on() -> None:
    first, second = record(), record()
    first.created, first.msecs = 1_800_000_000.9, 900.0
    second.created, second.msecs = 1_800_000_001.0, 0.0
    times = [json.loads(JsonFormatter().format(each))["timestamp"] for each in (first, second)]
    assert times == ["2027-01-15T08:00:00.900Z", "2027-01-15T08:00:01.000Z"]


@pytest.mark.parametrize("formatter", [TextFormatter(), JsonFormatter()])
def test_a_request_is_told_as_its_record_would_be(formatter: WordlessFormatter) -> None:
    facts = Facts({"path": "/predict"}, {"prediction": 0}, " path=/predict", " prediction=0")
    kept: list[logging.LogRecord] = []
    logger.addFilter(kept.append)  # type: ignore[arg-type]
    requestlog.tell(facts, 1.23456, "an id")
    logger.removeFilter(kept.append)  # type: ignore[arg-type]
    [told] = kept
    written = BytesIO()
    tell = Teller(written.write, formatter)
    for _ in range(2):
        tell(facts, 1.23456, "an id")
    times = re.compile(r"\d\d:\d\d:\d\d\.\d{3}")
    lines, expected = (
        times.sub("", text) for text in (written.getvalue().decode(), formatter.format(told))
    )
    assert lines == f"{expected}\n" * 2
    assert "1.235" in lines


def test_a_line_that_cannot_be_written_stops_nothing() -> None:
    closed = BytesIO()
    closed.close()
    Teller(closed.write, TextFormatter())(Facts({}, {}, "", ""), 1.0, "an id")


@pytest.mark.parametrize("formatter", [TextFormatter(), JsonFormatter()])
def test_an_exception_is_shown_by_where_it_was_raised_and_not_quoted(
    formatter: logging.Formatter,
) -> None:
    text = formatter.format(record(error=raised()))
    assert "test_logs.py" in text
    assert "in raised" in text
    assert "builtins.ValueError" in text
    assert MEASURED not in text


def test_no_exception_is_no_traceback() -> None:
    assert TextFormatter().formatException((None, None, None)) == ""


def logged(form: str, level: str, script: str) -> list[str]:
    """Return what a process that configures logging writes to stderr, line by line."""
    head = f"import logging; from app.logs import configure_logging; {configure(form, level)}; "
    run = subprocess.run(
        [sys.executable, "-c", head + script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert run.stdout == ""
    return run.stderr.splitlines()


def configure(form: str, level: str) -> str:
    return f"configure_logging({form!r}, {level!r})"


def test_each_record_of_any_logger_is_written_once_in_the_form_asked_for() -> None:
    script = "logging.getLogger('uvicorn.error').info('ready'); logging.getLogger('x').debug('no')"
    [line] = logged("json", "info", script)
    assert json.loads(line)["message"] == "ready"
    [line] = logged("text", "INFO", f"{configure('text', 'INFO')}; {script}")
    assert line.endswith(" INFO ready")


def test_a_level_leaves_out_what_is_below_it() -> None:
    script = "[logging.getLogger('uvicorn.error').log(n, n) for n in (5, 10, 20, 30, 40)]"
    assert [line[-2:] for line in logged("text", "warning", script)] == ["30", "40"]
    assert [line[-2:] for line in logged("text", "debug", script)] == ["10", "20", "30", "40"]


def test_uvicorn_never_traces_whatever_level_is_asked_for() -> None:
    """At that level it would print each request's path and query."""
    script = "[logging.getLogger('uvicorn.error').log(n, n) for n in (5, 10)]"
    asked = "logging.addLevelName(5, 'TRACE'); " + configure("text", "trace") + "; "
    lines = logged("text", "info", asked + script)
    assert [line[-2:] for line in lines] == ["10"]


def test_a_record_that_cannot_be_written_is_not_shown_with_its_arguments() -> None:
    script = f"logging.getLogger('x').info('%d', 'a{MEASURED}')"
    assert logged("text", "info", script) == []
