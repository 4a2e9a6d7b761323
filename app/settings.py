"""Settings: environment variables, read once at start.

A Pydantic model with a few lines to read the environment adds 2 ms to a cold start;
pydantic-settings adds 40.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError


class SettingsError(Exception):
    """A variable has an invalid value. The message names it, and never repeats the value."""


def _split(value: Any) -> Any:
    return tuple(value.replace(",", " ").split()) if isinstance(value, str) else value


_Split = BeforeValidator(_split)
_Digest = Annotated[str, Field(pattern=r"^[0-9A-Fa-f]{64}$")]
_Origin = Annotated[str, Field(pattern=r"^(\*|https?://[^\s/,]+)$")]


def _setting(default: Any, expected: str, description: str, **constraints: Any) -> Any:
    """Return a field of `Settings`; error messages and the table quote ``expected``."""
    return Field(
        default,
        description=description,
        json_schema_extra={"expected": expected},
        **constraints,
    )


class Settings(BaseModel):
    """The settings of one process. Each field is the variable of that name, in lower case."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    api_keys: Annotated[tuple[_Digest, ...], _Split] = _setting(
        (),
        "SHA-256 digests of 64 hexadecimal digits, separated by commas or spaces",
        "Digests of the accepted API keys; if empty, no key is required",
        repr=False,
    )
    body_limit: int = _setting(
        2 * 1024 * 1024,
        "a whole number, 1 or more",
        "Largest request body in bytes; a larger one gets status 413",
        ge=1,
    )
    body_timeout: float = _setting(
        10.0,
        "a number of seconds above 0",
        "Seconds for a request body to arrive; a later one gets status 408",
        gt=0,
        allow_inf_nan=False,
    )
    cors_origins: Annotated[tuple[_Origin, ...], _Split] = _setting(
        (),
        "origins such as https://clinic.example, separated by commas or spaces, or *",
        "Origins of other sites whose pages may call the service",
    )
    root_path: str = _setting(
        "",
        "a path that begins with / and does not end with it",
        "Path prefix stripped by the proxy",
        pattern=r"^(/[^\s/?#]+)*$",
    )
    log_level: Annotated[
        Literal["DEBUG", "INFO", "WARNING", "ERROR"], BeforeValidator(str.upper)
    ] = _setting("INFO", "DEBUG, INFO, WARNING or ERROR", "Least severe level to log")
    log_format: Annotated[Literal["text", "json"], BeforeValidator(str.lower)] = _setting(
        "text", "text or json", "Log format: text for people, json for programs"
    )
    telemetry: Annotated[Literal["off", "on"], BeforeValidator(str.lower)] = _setting(
        "off", "off or on", "Export OpenTelemetry traces and metrics"
    )

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Settings":
        """Return the settings in ``environment``. A blank variable counts as unset.

        Raises:
            SettingsError: Some are invalid; the message names all of them.
        """
        given = {name: environment.get(name.upper(), "").strip() for name in cls.model_fields}
        try:
            return cls.model_validate({name: value for name, value in given.items() if value})
        except ValidationError as error:
            invalid = dict.fromkeys(str(each["loc"][0]) for each in error.errors())
        # Outside the handler: an exception's context would show the values in a traceback.
        raise SettingsError(
            "; ".join(f"{name.upper()} must be {expected(name)}" for name in invalid)
        )


def expected(name: str) -> str:
    """Return the description of valid values for the field ``name``."""
    extra = Settings.model_fields[name].json_schema_extra
    assert isinstance(extra, dict)
    return str(extra["expected"])


def format_table() -> str:
    """Return all settings as a Markdown table, one variable per row."""
    rows = ["| Variable | Default | Value | Meaning |", "| --- | --- | --- | --- |"]
    for name, field in Settings.model_fields.items():
        default = f"`{field.default}`" if field.default not in ((), "") else ""
        rows.append(f"| `{name.upper()}` | {default} | {expected(name)} | {field.description} |")
    return "\n".join(rows)
