import json
import logging
import re
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from app.observability.logs import JsonFormatter, TextFormatter, format_stack_trace
from tests.app.server import uvicorn
from tests.conftest import ROOT

MEASURED = "7318.52917"
FIELDS = {"path": "/predict", "status": 200, "prediction": 0, "model": "290984b946db"}
FORMATTERS = [TextFormatter(), JsonFormatter()]


def record(message: str = "request", error: BaseException | None = None) -> logging.LogRecord:
    """Return a record with request fields, and with one that could hold a measurement."""
    exc_info = (type(error), error, error.__traceback__) if error else None
    logger = logging.getLogger("app.request")
    extra = {**FIELDS, "color_message": MEASURED}
    return logger.makeRecord(logger.name, logging.INFO, "", 0, message, (), exc_info, None, extra)


def convert() -> int:
    try:
        return int(MEASURED)
    except ValueError as error:
        raise TypeError(MEASURED) from error


def fail() -> None:
    try:
        convert()
    finally:
        raise KeyError(MEASURED)


def raised() -> BaseException:
    """Return an exception with a context and a cause, all with a measurement in the message."""
    with pytest.raises(KeyError) as caught:
        fail()
    return caught.value


def test_text_is_one_line_with_the_request_fields_in_order() -> None:
    line = TextFormatter().format(record())
    assert re.fullmatch(
        r"\d\d:\d\d:\d\d\.\d{3}Z INFO request "
        r"path=/predict status=200 prediction=0 model=290984b946db",
        line,
    )


def test_json_is_one_object_with_lambdas_names_and_the_request_fields() -> None:
    message = 'a "quoted" text\nof two lines: ü'
    text = JsonFormatter().format(record(message))
    assert "\n" not in text
    line = json.loads(text)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line.pop("timestamp"))
    assert line == {"level": "INFO", "message": message, "logger": "app.request", **FIELDS}


def test_time_is_in_utc_and_to_the_millisecond() -> None:
    formatter, formatted = JsonFormatter(), record()
    times = []
    for second, millisecond in ((0, 900), (0, 901.9), (1, 0)):
        formatted.created = 1_800_000_000 + second + millisecond / 1000
        formatted.msecs = millisecond
        times.append(json.loads(formatter.format(formatted))["timestamp"])
    assert times == [f"2027-01-15T08:00:0{time}Z" for time in ("0.900", "0.901", "1.000")]


@pytest.mark.parametrize("formatter", FORMATTERS)
def test_stack_trace_has_types_and_places_and_no_messages(formatter: logging.Formatter) -> None:
    text = formatter.format(record(error=raised()))
    for shown in ("test_logs.py", "in fail", "in convert", "raise TypeError(MEASURED)"):
        assert shown in text
    found = re.findall(r"builtins\.\w+|caused by", text)
    assert (
        " <- ".join(found[::2]) == "builtins.KeyError <- builtins.TypeError <- builtins.ValueError"
    )
    assert MEASURED not in text


@pytest.mark.parametrize("formatter", FORMATTERS)
def test_no_exception_is_no_stack_trace(formatter: logging.Formatter) -> None:
    formatted = record()
    formatted.exc_info = (None, None, None)
    assert "None" not in formatter.format(formatted)
    assert formatter.formatException((None, None, None)) == ""


def test_stack_trace_of_an_exception_that_was_not_raised_is_its_type() -> None:
    assert format_stack_trace(ValueError(MEASURED)) == "builtins.ValueError"


# In a process of its own, as pytest configures logging itself:


def logged(configure: str, script: str) -> list[str]:
    """Return the lines that a process writes to stderr after ``configure``."""
    head = "import logging; from app.observability.logs import configure_logging"
    run = subprocess.run(
        [sys.executable, "-c", f"{head}; {configure}\n{script}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert run.stdout == ""
    return run.stderr.splitlines()


TEXT = "configure_logging('text', 'INFO')"
JSON = "configure_logging('json', 'INFO')"
READY = "logging.getLogger('any').info('ready')"


IN_A_LOOP = "import asyncio\nasync def log(): {}\nasyncio.run(log())"
IN_A_CLOSED_LOOP = """
import asyncio
async def log():
    {}
loop = asyncio.new_event_loop()
loop.run_until_complete(log())
loop.close()"""
IN_A_THREAD = "import threading; threading.Thread(target=lambda: {}).start()"


@pytest.mark.parametrize("place", ["{}", IN_A_LOOP, IN_A_CLOSED_LOOP, IN_A_THREAD])
def test_each_record_is_written_once_and_in_order(place: str) -> None:
    script = place.format("[logging.getLogger('any').info('%d', n) for n in range(3)]")
    lines = logged(TEXT, script)
    assert [line.split(" ", 1)[1] for line in lines] == ["INFO 0", "INFO 1", "INFO 2"]


def test_record_is_written_before_the_next_iteration_of_the_event_loop() -> None:
    script = """
import asyncio, os
async def log():
    logging.getLogger('any').info('ready')
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    os._exit(0)
asyncio.run(log())"""
    assert len(logged(TEXT, script)) == 1


def test_logging_is_configured_only_once() -> None:
    [line] = logged(f"{TEXT}; {TEXT}; {JSON}", READY)
    assert line.endswith("Z INFO ready")


def test_json_format_writes_json() -> None:
    [line] = logged(JSON, READY)
    assert json.loads(line)["message"] == "ready"


def test_handler_and_level_that_exist_already_are_kept() -> None:
    own = "logging.basicConfig(format='own %(message)s', level='INFO')"
    assert logged(f"{own}; configure_logging('json', 'ERROR')", READY) == ["own ready"]


@pytest.mark.parametrize(
    ("level", "written"), [("DEBUG", "10 20 30 40"), ("WARNING", "30 40"), ("ERROR", "40")]
)
def test_level_leaves_out_less_severe_records(level: str, written: str) -> None:
    script = "[logging.getLogger('any').log(n, n) for n in (5, 10, 20, 30, 40)]"
    lines = logged(f"configure_logging('text', {level!r})", script)
    assert " ".join(line.split()[-1] for line in lines) == written


def test_record_that_cannot_be_formatted_is_dropped_without_its_arguments() -> None:
    [line] = logged(TEXT, f"logging.getLogger('any').info('%d', 'a{MEASURED}'); {READY}")
    assert line.endswith("ready")


def test_closed_stderr_stops_nothing() -> None:
    assert logged(TEXT, f"import sys; sys.stderr.close(); {READY}; {READY}") == []


@pytest.mark.parametrize(
    ("form", "pattern"),
    [("text", r".* INFO request method=GET path=/health status=200 .*"), ("json", r"\{.*\}")],
)
def test_server_writes_each_request_once(form: str, pattern: str, tmp_path: Path) -> None:
    log = tmp_path / "log"
    with uvicorn(log, "app.main:app", LOG_FORMAT=form) as url:
        httpx.get(f"{url}/health?worstRadius={MEASURED}")
    [line] = [line for line in log.read_text().splitlines() if "/health" in line]
    assert re.fullmatch(pattern, line)
    assert MEASURED not in line


def test_handler_of_a_user_gets_the_records_of_the_application(tmp_path: Path) -> None:
    """The handler is added before the import, so the service adds none of its own."""
    script = tmp_path / "served.py"
    script.write_text(
        "import logging\n"
        "logging.basicConfig(format='%(name)s %(path)s %(status)s', level='INFO')\n"
        "from app.main import app\n"
    )
    log = tmp_path / "log"
    with uvicorn(log, "served:app", "--app-dir", str(tmp_path), PYTHONPATH=str(ROOT)) as url:
        httpx.get(f"{url}/health")
    assert log.read_text().splitlines().count("app.request /health 200") == 1
