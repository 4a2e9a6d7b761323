"""What a deployment can set: each setting is an environment variable, read once at the start.

A Pydantic model, which adds a hundredth to a cold start, about 2 ms; pydantic-settings would
add an eighth, to do what `Settings.from_environment` does in a few lines.

::

    SettingsError
    └── SettingInvalid
"""

import re
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic.config import JsonDict


class SettingsError(Exception):
    """The environment does not say how to serve, so nothing is served."""


class SettingInvalid(SettingsError):
    """A variable's value is not what the service expects. The message never repeats it."""


_DIGEST = re.compile(r"[0-9A-Fa-f]{64}")
_ORIGIN = re.compile(r"\*|https?://[^\s/,]+")


def _listed(item: re.Pattern[str]) -> BeforeValidator:
    """Return what splits a variable at commas and white space, and checks each item."""

    def split(value: Any) -> Any:
        if not isinstance(value, str):
            return value
        items = tuple(value.replace(",", " ").split())
        if not all(map(item.fullmatch, items)):
            raise ValueError("an item does not have the form of this list")
        return items

    return BeforeValidator(split)


def _in_bytes(value: Any) -> Any:
    return tuple(bytes.fromhex(each) if isinstance(each, str) else each for each in value)


def _either_case(change: Callable[[str], str]) -> BeforeValidator:
    return BeforeValidator(lambda value: change(value) if isinstance(value, str) else value)


def _setting(default: Any, expected: str, description: str, **limits: Any) -> Any:
    """Return a field of `Settings`; ``expected`` is what an error says, and the table too."""
    extra: JsonDict = {"expected": expected}
    return Field(default, description=description, json_schema_extra=extra, **limits)


class Settings(BaseModel):
    """How one process serves. The names are those of the variables, in lower case."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    host: str = _setting(
        "127.0.0.1",
        "an address of this machine",
        "Where to listen; `0.0.0.0` is every address, and opens the service to the network",
        pattern=r"^\S+$",
    )
    port: int = _setting(
        8000,
        "a whole number from 0 to 65535",
        "Where to listen; 0 is any free port",
        ge=0,
        le=65535,
    )
    workers: int = _setting(
        1, "a whole number from 1 to 256", "How many processes serve", ge=1, le=256
    )
    connections: int = _setting(
        512,
        "a whole number, 1 or more",
        "How many connections a process takes at once; beyond them, requests are answered 503",
        ge=1,
    )
    api_keys: Annotated[tuple[bytes, ...], BeforeValidator(_in_bytes), _listed(_DIGEST)] = _setting(
        (),
        "SHA-256 digests, each of 64 hexadecimal digits, separated by commas or spaces",
        "Digests of the keys of which every POST needs one; if empty, none is needed",
        repr=False,
    )
    body_limit: int = _setting(
        2 * 1024 * 1024,
        "a whole number, 1 or more",
        "How many bytes a request's body may have; beyond them, it is answered 413",
        ge=1,
    )
    cors_origins: Annotated[tuple[str, ...], _listed(_ORIGIN)] = _setting(
        (),
        "origins such as https://clinic.example, separated by commas or spaces, or *",
        "Sites whose pages may call the service from a browser; if empty, none but its own",
    )
    root_path: str = _setting(
        "",
        "a path that begins with / and does not end with it",
        "The path at which a proxy shows the service, and which it takes off",
        pattern=r"^(/[^\s/?#]+)*$",
    )
    log_level: Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR"], _either_case(str.upper)] = (
        _setting("INFO", "DEBUG, INFO, WARNING or ERROR", "The least severe log lines to write")
    )
    log_format: Annotated[Literal["text", "json"], _either_case(str.lower)] = _setting(
        "text", "text or json", "How log lines are written: for people, or for programs"
    )
    telemetry: Annotated[Literal["off", "on"], _either_case(str.lower)] = _setting(
        "off", "off or on", "Whether OpenTelemetry's traces and metrics are sent"
    )

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Settings":
        """Return the settings that ``environment`` makes; a blank variable counts as unset.

        Raises:
            SettingInvalid: It names every variable that is wrong, and what was expected.
        """
        given = {name: environment.get(name.upper(), "").strip() for name in cls.model_fields}
        try:
            return cls.model_validate({name: value for name, value in given.items() if value})
        except ValidationError as error:
            wrong = dict.fromkeys(str(each["loc"][0]) for each in error.errors())
        # Outside the handler: an exception's context would show the values in a traceback.
        raise SettingInvalid(
            "; ".join(f"{name.upper()} must be {expected(name)}" for name in wrong)
        )


def expected(name: str) -> str:
    """Return what the value of the field ``name`` must be, in words."""
    extra = Settings.model_fields[name].json_schema_extra
    assert isinstance(extra, dict)
    return str(extra["expected"])


def table() -> str:
    """Return all settings as a table in Markdown, a variable a row."""
    rows = ["| Variable | Default | Must be | What it sets |", "| --- | --- | --- | --- |"]
    for name, field in Settings.model_fields.items():
        default = f"`{field.default}`" if field.default not in ((), "") else ""
        cells = (f"`{name.upper()}`", default, expected(name), field.description)
        rows.append(f"| {' | '.join(map(str, cells))} |")
    return "\n".join(rows)
