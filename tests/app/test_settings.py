import subprocess
import sys
from hashlib import sha256

import pytest

from app.settings import Settings, SettingsError, expected, format_table
from tests.conftest import ROOT

FIRST, SECOND = (sha256(name).hexdigest() for name in (b"first", b"second"))
VALUE = "7318529-value"
BLANK = {name.upper(): "  " for name in Settings.model_fields}


def settings(**variables: str) -> Settings:
    return Settings.from_environment(variables)


@pytest.mark.parametrize("variables", [{}, BLANK, {"PATH": "/bin", "body_limit": "1"}])
def test_unset_and_blank_variables_give_the_defaults(variables: dict[str, str]) -> None:
    assert settings(**variables) == Settings()


def test_reads_every_variable() -> None:
    read = settings(
        API_KEYS=f" {FIRST.upper()},{SECOND} ",
        BODY_LIMIT="100",
        BODY_TIMEOUT="0.5",
        CORS_ORIGINS="https://clinic.example, http://localhost:3000 *",
        ROOT_PATH="/models/breast",
        LOG_LEVEL="debug",
        LOG_FORMAT="JSON",
        TELEMETRY="On",
    )
    assert read.model_dump() == {
        "api_keys": (FIRST.upper(), SECOND),
        "body_limit": 100,
        "body_timeout": 0.5,
        "cors_origins": ("https://clinic.example", "http://localhost:3000", "*"),
        "root_path": "/models/breast",
        "log_level": "DEBUG",
        "log_format": "json",
        "telemetry": "on",
    }


INVALID = {
    "API_KEYS": [VALUE, FIRST[1:], f"{FIRST}0", f"{FIRST} {VALUE}", f"{FIRST};{SECOND}"],
    "BODY_LIMIT": ["0", "-1", "2 MiB", "1.5", VALUE],
    "BODY_TIMEOUT": ["0", "-1", "10 s", "inf", "nan", VALUE],
    "CORS_ORIGINS": ["clinic.example", "https://clinic.example/", "https://", "ftp://a", "**"],
    "ROOT_PATH": ["models", "/models/", "/", "/a b", "/a?b", "/a//b"],
    "LOG_LEVEL": ["LOUD", "10", "TRACE", "NOTSET"],
    "LOG_FORMAT": ["xml"],
    "TELEMETRY": ["maybe", "1"],
}


def test_invalid_values_are_tested_for_every_setting() -> None:
    assert set(INVALID) == set(BLANK)


@pytest.mark.parametrize(
    ("variable", "value"), [(name, value) for name, values in INVALID.items() for value in values]
)
def test_rejects_an_invalid_value_without_repeating_it(variable: str, value: str) -> None:
    with pytest.raises(SettingsError) as caught:
        settings(**{variable: value})
    assert str(caught.value) == f"{variable} must be {expected(variable.lower())}"
    assert caught.value.__context__ is None


def test_error_names_each_invalid_setting_once() -> None:
    with pytest.raises(SettingsError, match=r"^API_KEYS must be .*; TELEMETRY must be off or on$"):
        settings(API_KEYS="a, b", TELEMETRY="maybe")


def test_settings_are_immutable_and_hide_digests() -> None:
    read = settings(API_KEYS=FIRST)
    with pytest.raises(ValueError, match="frozen"):
        read.body_limit = 1  # type: ignore[misc]
    assert FIRST not in repr(read) + str(read)


def test_settings_can_be_created_in_code() -> None:
    assert Settings(api_keys=(FIRST,)).api_keys == (FIRST,)
    with pytest.raises(ValueError, match="workers") as caught:
        Settings(workers=VALUE)  # type: ignore[call-arg]
    assert VALUE not in str(caught.value)


def test_table_describes_every_setting() -> None:
    head, rule, *rows = format_table().splitlines()
    assert [row.split("`")[1] for row in rows] == list(BLANK)
    assert {line.count("|") for line in (head, rule, *rows)} == {5}
    assert (
        "| `BODY_LIMIT` | `2097152` | a whole number, 1 or more | Largest request body" in rows[1]
    )


@pytest.mark.parametrize(
    "command",
    [
        ["-m", "uvicorn", "app.main:app", "--port", "0"],
        ["-c", "import app.main"],
        ["-c", "import app.lambda_handler"],
    ],
)
def test_invalid_settings_stop_the_start_without_being_shown(command: list[str]) -> None:
    run = subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env=dict.fromkeys(BLANK, f"{VALUE} \n/"),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert run.returncode != 0
    message = "; ".join(f"{name} must be {expected(name.lower())}" for name in BLANK)
    assert run.stderr.splitlines()[-1] == f"app.settings.SettingsError: {message}"
    assert VALUE not in run.stdout + run.stderr
