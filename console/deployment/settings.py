"""Settings: one frozen table, read once. Only this module reads the environment."""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

__all__ = [
    "SETTINGS", "Setting", "Settings", "SettingsError", "drill_settings", "process_environment",
    "read_settings", "source_secrets",
]  # fmt: skip

PREFIX = "CITYWALL_"


class Setting(msgspec.Struct, frozen=True):
    """One row of the table: the name (environment: ``CITYWALL_<NAME>``), the default, the help text."""

    name: str
    default: Any
    help: str

    @property
    def variable(self) -> str:
        """Name of the environment variable that sets it."""
        return PREFIX + self.name.upper()


SETTINGS: tuple[Setting, ...] = (
    Setting("data_dir", "data", "folder of this district's data: logs, archive, accounts, tables"),
    Setting("log_url", "", "log server: `redis://…`, `unix:///…`, `sentinel://host:port,…/name`"),
    Setting("pictures_url", "", "picture server, as above; may forget everything"),
    Setting("telemetry_urls", "", "topics on other servers, `unit=redis://… sensor=…`; empty = the log's"),
    Setting("host", "127.0.0.1", "address that the console listens on"),
    Setting("port", 5006, "port of the console"),
    Setting("review_port", 5007, "port of the review, a process of its own"),
    Setting("review_dask", "", "address of a Dask scheduler, `tcp://…`; empty = the review's own process"),
    Setting("origins", "", "comma-separated `host:port` that browsers may come from, beside our own"),
    Setting("gateway_host", "127.0.0.1", "address that the feed gateway listens on"),
    Setting("gateway_port", 8765, "port of the feed gateway"),
    Setting("gateway_url", "", "where console and engine find the gateway; default from host and port"),
    Setting("gateway_token", "", "token by which console and engine subscribe (right `subscribe:*`)"),
    Setting("gateway_tls_cert", "", "certificate file; with the key, the gateway uses wss"),
    Setting("gateway_tls_key", "", "key file of the certificate"),
    Setting("open_loopback", False, "let this machine subscribe and look at walls without a token"),
    Setting("city_rate", 1.0, "city seconds per machine second; other than 1 marks every page 演练"),
    Setting("tick_hz", 30.0, "how often a channel looks at most while news comes, per second"),
    Setting("min_free_mb", 512, "less free disk than this keeps `/readyz` red"),
    Setting("telemetry_hours", 2.0, "how long telemetry stays in memory"),
    Setting("telemetry_mb", 1024, "how much telemetry stays in memory, per topic"),
    Setting("ledger_days", 35.0, "how long facts stay in memory; older ones are in segments"),
    Setting("ledger_facts", 2_000_000, "how many facts stay in memory"),
    Setting("duty_phone", "", "telephone of the duty room, which agencies call back; empty = no button"),
    Setting("people_days", 365.0, "how long reporters are kept; then only their reference is left"),
    Setting("log_format", "json", "`json` (one line an event) or `text`"),
    Setting("guard_cards", True, "a broken card says so and the rest goes on; false raises (debugging)"),
    Setting("parent_pid", 0, "id of the process that starts this one: end when it is gone; 0 = run on"),
    Setting("demo", False, "marks every page 演示"),
)


class SettingsError(Exception):
    """A setting has a value that cannot be used; the text names it."""


class Settings(msgspec.Struct, frozen=True):
    """The values of :data:`SETTINGS`, one field per row."""

    data_dir: Path
    log_url: str
    pictures_url: str
    telemetry_urls: str
    host: str
    port: int
    review_port: int
    review_dask: str
    origins: str
    gateway_host: str
    gateway_port: int
    gateway_url: str
    gateway_token: str
    gateway_tls_cert: str
    gateway_tls_key: str
    open_loopback: bool
    city_rate: float
    tick_hz: float
    min_free_mb: int
    telemetry_hours: float
    telemetry_mb: int
    ledger_days: float
    ledger_facts: int
    duty_phone: str
    people_days: float
    log_format: str
    guard_cards: bool
    parent_pid: int
    demo: bool

    @property
    def feed_url(self) -> str:
        """The gateway's URL for console and engine."""
        scheme = "wss" if self.gateway_tls_cert else "ws"
        return self.gateway_url or f"{scheme}://{self.gateway_host}:{self.gateway_port}"

    def environment(self) -> dict[str, str]:
        """Return the environment that makes another process read the same settings."""
        return {s.variable: _text(getattr(self, s.name)) for s in SETTINGS}


def read_settings(environment: Mapping[str, str] | None = None, **given: Any) -> Settings:
    """Read the table from the environment; a ``given`` value (not None) has priority.

    Raises SettingsError naming the setting and what was expected.
    """
    source = os.environ if environment is None else environment
    values: dict[str, Any] = {}
    for setting in SETTINGS:
        value = given.get(setting.name)
        if value is None and setting.variable in source:
            value = _read(setting, source[setting.variable])
        values[setting.name] = setting.default if value is None else value
    values["data_dir"] = Path(values["data_dir"])
    if values["log_format"] not in ("json", "text"):
        message = f"CITYWALL_LOG_FORMAT: expected json or text, got {values['log_format']!r}"
        raise SettingsError(message)
    for name in ("log_url", "pictures_url"):
        _check_sentinels(PREFIX + name.upper(), values[name])
    _check_topics(values["telemetry_urls"])
    return Settings(**values)


def drill_settings(data_dir: Path, environment: Mapping[str, str] | None = None, **given: Any) -> Settings:
    """Return the settings of a drill city: the defaults and what is given, nothing of the environment.

    Raises SettingsError when the environment names a server or a data dir: a drill has its own, and whoever
    starts one where the real city runs must see that it cannot reach it.
    """
    source = os.environ if environment is None else environment
    for name in (
        "log_url",
        "pictures_url",
        "telemetry_urls",
        "gateway_url",
        "gateway_token",
        "data_dir",
    ):
        variable = PREFIX + name.upper()
        if source.get(variable):
            message = (
                f"{variable}: a drill has servers and data of its own; unset it (got {source[variable]!r})"
            )
            raise SettingsError(message)
    return read_settings({}, data_dir=data_dir, min_free_mb=1, parent_pid=os.getpid(), **given)


def process_environment(settings: Settings) -> dict[str, str]:
    """Return the environment of a process with these settings: no other of ours, no secret of a source."""
    others = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    return {**others, **settings.environment()}


def source_secrets(environment: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the variables that hold tokens and passwords of live sources (``CITYWALL_SOURCE_…``)."""
    source = os.environ if environment is None else environment
    return {name: value for name, value in source.items() if name.startswith(f"{PREFIX}SOURCE_")}


_SENTINELS = re.compile(r"sentinel://(?:[^@/]*@)?[^@/,]+:\d+(?:,[^@/,]+:\d+)*/[^/]+/?")


def _check_sentinels(variable: str, url: str) -> None:
    if url.startswith("sentinel:") and not _SENTINELS.fullmatch(url):  # the value may hold a password
        message = f"{variable}: expected sentinel://host:port,host:port/name"
        raise SettingsError(message)


def _check_topics(text: str) -> None:
    if not text.strip():
        return
    from feeds.telemetry.topic_servers import read_topic_urls  # needed by few; it loads the clients

    try:
        urls = read_topic_urls(text)
    except ValueError as error:
        message = f"{PREFIX}TELEMETRY_URLS: {error}"
        raise SettingsError(message) from error
    for topic, url in urls.items():
        _check_sentinels(f"{PREFIX}TELEMETRY_URLS, {topic}", url)


def _read(setting: Setting, text: str) -> Any:
    kind = type(setting.default)
    if kind is bool:
        if text.lower() in ("1", "true", "yes", "on"):
            return True
        if text.lower() in ("", "0", "false", "no", "off"):
            return False
    else:
        try:
            return kind(text)
        except ValueError:
            pass
    message = f"{setting.variable}: expected {kind.__name__}, got {text!r}"
    raise SettingsError(message)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    return str(value)
