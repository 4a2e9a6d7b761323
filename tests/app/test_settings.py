import subprocess
import sys
from hashlib import sha256

import pytest

from app.settings import SettingInvalid, Settings, SettingsError, expected, table
from tests.conftest import ROOT

FIRST, SECOND = (sha256(name).hexdigest() for name in (b"first", b"second"))
CANARY = "7318529-canary"


def settings(**variables: str) -> Settings:
    return Settings.from_environment(variables)


def test_an_empty_environment_gives_the_defaults() -> None:
    assert settings() == Settings()


def test_other_variables_and_blank_ones_do_not_matter() -> None:
    blank = dict.fromkeys((name.upper() for name in Settings.model_fields), "  ")
    assert settings(PATH="/bin", port="1", **blank) == Settings()


def test_every_variable_is_read() -> None:
    made = settings(
        HOST="0.0.0.0",  # noqa: S104
        PORT="0",
        WORKERS="2",
        CONNECTIONS="10",
        API_KEYS=f" {FIRST.upper()},{SECOND} ",
        BODY_LIMIT="100",
        CORS_ORIGINS="https://clinic.example, http://localhost:3000",
        ROOT_PATH="/models/breast",
        LOG_LEVEL="debug",
        LOG_FORMAT="JSON",
        TELEMETRY="On",
    )
    assert made.model_dump() == {
        "host": "0.0.0.0",  # noqa: S104
        "port": 0,
        "workers": 2,
        "connections": 10,
        "api_keys": (bytes.fromhex(FIRST), bytes.fromhex(SECOND)),
        "body_limit": 100,
        "cors_origins": ("https://clinic.example", "http://localhost:3000"),
        "root_path": "/models/breast",
        "log_level": "DEBUG",
        "log_format": "json",
        "telemetry": "on",
    }


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("HOST", "two words"),
        ("PORT", CANARY),
        ("PORT", "65536"),
        ("PORT", "-1"),
        ("WORKERS", "0"),
        ("WORKERS", "257"),
        ("CONNECTIONS", "0"),
        ("API_KEYS", CANARY),
        ("API_KEYS", FIRST[1:]),
        ("API_KEYS", f"{FIRST} {CANARY}"),
        ("API_KEYS", f"{FIRST};{SECOND}"),
        ("BODY_LIMIT", "0"),
        ("BODY_LIMIT", "2 MiB"),
        ("CORS_ORIGINS", "clinic.example"),
        ("CORS_ORIGINS", "https://clinic.example/"),
        ("ROOT_PATH", "models"),
        ("ROOT_PATH", "/models/"),
        ("LOG_LEVEL", "LOUD"),
        ("LOG_FORMAT", "xml"),
        ("TELEMETRY", "maybe"),
    ],
)
def test_a_bad_value_is_refused_by_its_variables_name_alone(variable: str, value: str) -> None:
    with pytest.raises(SettingInvalid) as refused:
        settings(**{variable: value})
    assert str(refused.value) == f"{variable} must be {expected(variable.lower())}"
    assert refused.value.__context__ is None
    assert isinstance(refused.value, SettingsError)


def test_all_that_is_wrong_is_told_at_once() -> None:
    with pytest.raises(SettingInvalid, match=r"^PORT must be .*; TELEMETRY must be off or on$"):
        settings(PORT="eighty", TELEMETRY="maybe")


def test_settings_cannot_be_changed_and_do_not_show_digests() -> None:
    made = settings(API_KEYS=FIRST)
    with pytest.raises(ValueError, match="frozen"):
        made.port = 1  # type: ignore[misc]
    assert "api_keys" not in repr(made)
    assert "api_keys" not in str(made)


def test_settings_can_be_made_in_code() -> None:
    digest = bytes.fromhex(FIRST)
    assert Settings(api_keys=(digest,)).api_keys == (digest,)
    with pytest.raises(ValueError, match="workerz"):
        Settings(workerz=2)  # type: ignore[call-arg]


def test_the_table_has_a_row_for_each_setting() -> None:
    head, rule, *rows = table().splitlines()
    names = [row.split("`")[1] for row in rows]
    assert names == [name.upper() for name in Settings.model_fields]
    assert rows[1] == (
        "| `PORT` | `8000` | a whole number from 0 to 65535 | Where to listen; 0 is any free port |"
    )
    assert {line.count("|") for line in (head, rule, *rows)} == {5}


@pytest.mark.parametrize("start", ["uvicorn app.main:app --port 0", "app"])
def test_a_bad_setting_stops_the_start_and_is_not_shown(start: str) -> None:
    run = subprocess.run(
        [sys.executable, "-m", *start.split()],
        cwd=ROOT,
        env={"API_KEYS": CANARY},
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert run.returncode != 0
    assert run.stderr.splitlines()[-1].endswith(f"API_KEYS must be {expected('api_keys')}")
    assert CANARY not in run.stdout + run.stderr
