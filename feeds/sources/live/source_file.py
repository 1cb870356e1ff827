"""The file of ``citywall source``: which sources run, where they listen and how messages become records."""

import re
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import SplitResult, urlsplit

import msgspec
from msgspec import Meta

from feeds.sources.contract import SourceError
from feeds.sources.live.topic_patterns import Path as PayloadPath
from feeds.sources.live.topic_patterns import TopicPattern, check_template
from feeds.sources.tables.mapping import DeviceRow, zone_of

__all__ = [
    "AnySource", "BrokerAddress", "CameraRow", "FrigateSource", "MqttSource", "ReadingRow",
    "SensorThingsSource", "SourceFile", "read_source_file",
]  # fmt: skip

SECRETS = ("token", "user", "username", "password", "http_user", "http_password")
Name = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")]
Quality = Literal["good", "suspect", "bad", "estimated"]
_SCHEMES = {"mqtt": (False, 1883), "mqtts": (True, 8883)}


class BrokerAddress(msgspec.Struct, frozen=True):
    """Where a broker is and as whom we connect. Paths are absolute."""

    host: str
    port: int
    tls: bool
    client_id: str
    ca_file: str = ""
    cert_file: str = ""
    key_file: str = ""

    @property
    def shown(self) -> str:
        """Host and port, for people."""
        return f"{self.host}:{self.port}"


class _Source(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind"):
    """What every source has. ``name`` is that of its token, and of its section in city.toml."""

    name: Name
    spool_mb: Annotated[float, Meta(gt=0)] = 256.0
    broker: str = ""
    client_id: str = ""
    ca_file: str = ""
    cert_file: str = ""
    key_file: str = ""

    def address(self, folder: Path) -> BrokerAddress | None:
        """Return the broker's address, None without one; raises SourceError."""
        if not self.broker:
            return None
        parts = urlsplit(self.broker)
        if parts.scheme not in _SCHEMES or not _has_host(parts) or parts.path.strip("/"):
            # A login in the address is not repeated here.
            message = f"{self.name}: broker: expected mqtt://host:port or mqtts://host:port, without a login"
            raise SourceError(message)
        tls, port = _SCHEMES[parts.scheme]
        port = parts.port or port
        assert parts.hostname
        files = {}
        for field in ("ca_file", "cert_file", "key_file"):
            given = getattr(self, field)
            files[field] = str(folder / given) if given else ""
            if given and not tls:
                message = f"{self.name}: {field}: expected only with mqtts://"
                raise SourceError(message)
            if given and not (folder / given).is_file():
                message = f"{self.name}: {field}: no such file: {folder / given}"
                raise SourceError(message)
        return BrokerAddress(parts.hostname, port, tls, self.client_id or f"citywall-{self.name}", **files)


class ReadingRow(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One value of the messages of a topic: value × ``scale`` + ``offset`` in ``unit``.

    An empty ``value`` path takes the whole payload as a number; an empty ``time`` path takes the time of
    arrival. ``words`` are texts that stand for numbers; ``optional`` allows messages without the value.
    """

    topic: str
    device: str = "{device}"
    device_path: PayloadPath = ""
    metric: str
    unit: str = ""
    value: PayloadPath = ""
    words: dict[str, float] = {}
    scale: float = 1.0
    offset: float = 0.0
    optional: bool = False
    time: PayloadPath = ""
    time_as: Literal["iso", "s", "ms"] = "iso"
    times: list[str] = []
    zone: str = ""
    quality: PayloadPath = ""
    qualities: dict[str, Quality] = {}


class MqttSource(_Source, frozen=True, kw_only=True, tag="mqtt"):
    """Sensors that publish to a broker, with a table of topics."""

    reading: Annotated[list[ReadingRow], Meta(min_length=1)]
    device: list[DeviceRow] = []


class SensorThingsSource(_Source, frozen=True, kw_only=True, tag="sensorthings"):
    """A SensorThings service, polled every ``interval_s``; with a broker its Observations come at once.

    ``filter`` selects Things ($filter); ``first_hours`` is how far back the first poll looks.
    ``device_interval_s`` is what its devices are registered with; else the median of the first Observations.
    """

    url: str
    filter: str = ""
    interval_s: Annotated[float, Meta(ge=0.1)] = 60.0
    refresh_s: Annotated[float, Meta(ge=1)] = 3600.0
    first_hours: Annotated[float, Meta(ge=0)] = 1.0
    page: Annotated[int, Meta(ge=1, le=10000)] = 1000
    device_interval_s: Annotated[float, Meta(gt=0)] | None = None
    topic_prefix: str = "v1.1"


class CameraRow(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A camera of Frigate under its name there; position in WGS84 degrees."""

    camera: str
    name: str = ""
    lon: float | None = None
    lat: float | None = None
    azimuth: float | None = None
    fov: float | None = None
    privacy: str = "street_level"


class FrigateSource(_Source, frozen=True, kw_only=True, tag="frigate"):
    """Frigate's events, pictures and state of health."""

    prefix: str = "frigate"
    pictures: bool = True
    camera: list[CameraRow] = []


AnySource = MqttSource | SensorThingsSource | FrigateSource


class SourceFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file. ``gateway`` is ws(s)://host:port; ``secrets`` a file beside this one."""

    source: Annotated[list[AnySource], Meta(min_length=1)]
    gateway: str = ""
    secrets: str = ""


def read_source_file(path: Path) -> SourceFile:
    """Read and check a file; raises SourceError naming the field and what was expected."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        message = f"{path.name}: not TOML: {error}"
        raise SourceError(message) from None
    _refuse_secrets(table, path)
    try:
        found = msgspec.convert(table, SourceFile)
    except msgspec.ValidationError as error:
        message = f"{path.name}: {error}"
        raise SourceError(message) from None
    names = [source.name for source in found.source]
    doubled = next((name for name in names if names.count(name) > 1), None)
    if doubled:
        message = f"{path.name}: name: two sources are called {doubled}"
        raise SourceError(message)
    for source in found.source:
        _check(source, path.parent)
    return found


def _refuse_secrets(table: dict[str, Any], path: Path) -> None:
    listed = table.get("source")
    for source in listed if isinstance(listed, list) else []:
        field = next((name for name in SECRETS if isinstance(source, dict) and name in source), None)
        if field:
            message = f"{path.name}: {field}: expected in the secrets file or the environment, never here"
            raise SourceError(message)


def _check(source: AnySource, folder: Path) -> None:
    address = source.address(folder)
    if address is None and not isinstance(source, SensorThingsSource):
        message = f"{source.name}: broker: expected mqtt://host:port or mqtts://host:port"
        raise SourceError(message)
    try:
        if isinstance(source, MqttSource):
            for row in source.reading:
                _check_row(row)
        elif isinstance(source, FrigateSource):
            _check_prefix("prefix", source.prefix)
        else:
            _check_prefix("topic_prefix", source.topic_prefix)
            parts = urlsplit(source.url)
            if parts.scheme not in ("http", "https") or not _has_host(parts):
                message = "url: expected http(s)://host/path of the service, without a login"
                raise SourceError(message)
    except SourceError as error:
        message = f"{source.name}: {error}"
        raise SourceError(message) from None


def _check_row(row: ReadingRow) -> None:
    names = TopicPattern(row.topic).names
    check_template("device", "" if row.device_path else row.device, names)
    check_template("metric", row.metric, names)
    if row.quality == "" and row.qualities:
        message = "qualities: expected only with a quality path"
        raise SourceError(message)
    if row.zone:
        zone_of(row.zone)
    elif row.times:
        message = "zone: expected with times: their zone, such as Asia/Shanghai"
        raise SourceError(message)


def _has_host(parts: SplitResult) -> bool:
    """Whether an address has a host, a port that can be, and no login."""
    try:
        return bool(parts.hostname) and parts.port != 0 and "@" not in parts.netloc
    except ValueError:
        return False


def _check_prefix(field: str, prefix: str) -> None:
    if not prefix or re.search(r"[+#\0]|^/|/$", prefix):
        message = f"{field}: expected the first level(s) of the topics, got {prefix!r}"
        raise SourceError(message)
