"""The district: a deployment's city, read from its data dir; shipped files supply the defaults.

A data dir without a ``city.toml``, or with the built-in ``code`` in it, is the built-in district: its name,
sources, limits and tables are the defaults. For any other district the defaults are only the starter tables
(``static/starter``: agencies without a place name, an empty register), the classes, conditions and rules.
"""

import csv
import functools
import gzip
import hashlib
import io
import tomllib
import zlib
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

import static
from city.places.streets import Streets
from city.places.unit_grids import UnitGrids
from console.deployment.csv_encoding import encoding_fault

__all__ = [
    "GRIDS", "District", "DistrictError", "SourceSetting", "grids_document", "is_built_in", "read_district",
    "read_grids", "read_rows", "table_mark", "table_path",
]  # fmt: skip

GRIDS = "grids.geojson"
LARGE_TABLE: Final = "baselines.csv"
LARGEST_TABLE: Final = 256 * 2**20
HOLIDAYS: Final = ("china", "none")
WEEK: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
CHINA: Final = frozenset(
    {"Asia/Shanghai", "Asia/Urumqi", "Asia/Chongqing", "Asia/Chungking", "Asia/Harbin", "Asia/Kashgar", "PRC"}
)
"""The time zones of mainland China, where the State Council's holidays apply."""


class DistrictError(ValueError):
    """A file of the district cannot be used; the text names file and field."""


class SourceSetting(msgspec.Struct, frozen=True):
    """A source's label and its expected interval between records, in seconds."""

    label: dict[str, str]
    interval_s: float = 60.0


class District(msgspec.Struct, frozen=True):
    """One district. ``timezone`` is an IANA name; ``limits`` are the numbers of domain A.3/A.4.

    ``cases``, ``linkage``, ``duty`` and ``video`` are the numbers that the centre set
    (console.deployment.numbers).
    """

    name: dict[str, str]
    code: str
    timezone: str
    limits: dict[str, Any]
    sources: dict[str, SourceSetting]
    atlas_dir: Path
    built_in: bool  # by its code, whatever map it has
    cases: dict[str, Any] = {}  # msgspec copies it, as the next three
    linkage: dict[str, Any] = {}
    duty: dict[str, Any] = {}
    video: dict[str, Any] = {}
    holidays: str = "china"  # whose public holidays count beside calendars.csv: china or none
    workdays: frozenset[int] = frozenset(range(5))  # 0 = Monday

    @property
    def in_china(self) -> bool:
        """Whether its time zone is one of mainland China."""
        return self.timezone in CHINA

    def zone_offset_s(self, now: float) -> int:
        """Return the district's offset from UTC at ``now`` (epoch seconds), in seconds; east is positive."""
        offset = datetime.fromtimestamp(now, ZoneInfo(self.timezone)).utcoffset()
        return int(offset.total_seconds()) if offset else 0


def read_district(data_dir: Path) -> District:
    """Read ``city.toml`` of the data dir; the built-in district supplies defaults for the same code.

    Raises DistrictError.
    """
    shipped, own, path = _shipped(), _own(data_dir), data_dir / "city.toml"
    built_in = _is_of(own, shipped)
    behind = shipped if built_in else {"limits": {}, "sources": {}}
    table = {**behind, **own}
    for key in ("code", "timezone", "name"):
        if not table.get(key):
            message = f"{path}: {key}: expected for every district but the built-in one"
            raise DistrictError(message)
    atlas = data_dir / "atlas"
    try:
        ZoneInfo(str(table["timezone"]))
        sources = msgspec.convert({**behind["sources"], **own.get("sources", {})}, dict[str, SourceSetting])
        found = District(
            name=_both(msgspec.convert(table["name"], dict[str, str])),
            code=str(table["code"]),
            timezone=str(table["timezone"]),
            limits={**behind["limits"], **own.get("limits", {})},
            sources={
                name: msgspec.structs.replace(source, label=_both(source.label))
                for name, source in sources.items()
            },
            atlas_dir=atlas if atlas.exists() or not built_in else static.path("district/atlas"),
            built_in=built_in,
            **{
                section: msgspec.convert({**behind.get(section, {}), **own.get(section, {})}, dict[str, Any])
                for section in ("cases", "linkage", "duty", "video")
            },
            holidays=str(table.get("holidays") or ("china" if table["timezone"] in CHINA else "none")),
            workdays=frozenset(map(WEEK.index, table.get("workdays") or WEEK[:5])),
        )
    except (KeyError, TypeError, ValueError, ZoneInfoNotFoundError, msgspec.ValidationError) as error:
        message = f"{path}: {error}"
        raise DistrictError(message) from error
    if found.holidays not in HOLIDAYS:
        raise DistrictError(f"{path}: holidays: expected china or none, got {found.holidays!r}")
    _check_is_its_atlas(found, path)
    return found


def is_built_in(data_dir: Path) -> bool:
    """Return whether a data dir belongs to the built-in district. Raises DistrictError."""
    return _is_of(_own(data_dir), _shipped())


def _check_is_its_atlas(district: District, path: Path) -> None:
    """Refuse the built-in code with another district's atlas: city.toml still lacks the own code."""
    streets = district.atlas_dir / "streets.csv"
    if not district.built_in or not streets.exists():
        return
    codes = [row.get("code") or "" for row in _csv(streets)[0]]
    if codes and not any(code.startswith(district.code) for code in codes):
        message = (
            f"{path}: code: the atlas is of another district than {district.code} (street {codes[0]}); write"
            " code, name and timezone there (citywall district new makes such a file)"
        )
        raise DistrictError(message)


def _shipped() -> dict[str, Any]:
    return _toml(static.path("district/city.toml"))


def _own(data_dir: Path) -> dict[str, Any]:
    path = data_dir / "city.toml"
    return _toml(path) if path.exists() else {}


def _is_of(own: dict[str, Any], shipped: dict[str, Any]) -> bool:
    return str(own.get("code", shipped["code"])) == str(shipped["code"])


def _both(texts: dict[str, str]) -> dict[str, str]:
    """Return a text in both languages: a missing language gets the text of the other."""
    first = next((text for text in texts.values() if text), "")
    return {lang: texts.get(lang) or first for lang in ("zh", "en")} if first else texts


def read_streets(district: District) -> Streets:
    """Read the street polygons (WGS84). Raises DistrictError when the atlas lacks them."""
    path = district.atlas_dir / "streets.geojson"
    try:
        return Streets.from_geojson(msgspec.json.decode(path.read_bytes()))
    except (OSError, msgspec.MsgspecError, ValueError, KeyError) as error:
        message = f"{path}: expected the streets of an imported atlas: {error}"
        raise DistrictError(message) from error


def read_grids(data_dir: Path) -> UnitGrids:
    """Read the unit grids of the data dir; empty when it has no such file. Raises DistrictError."""
    document = grids_document(data_dir)
    try:
        return UnitGrids() if document is None else UnitGrids.from_geojson(document)
    except ValueError as error:
        message = f"{data_dir / GRIDS}: {error}"
        raise DistrictError(message) from error


def grids_document(data_dir: Path) -> Any:
    """Return the parsed file of unit grids of the data dir, None without one. Raises DistrictError."""
    path = data_dir / GRIDS
    try:
        return msgspec.json.decode(path.read_bytes()) or {}
    except FileNotFoundError:
        return None
    except (OSError, msgspec.MsgspecError, ValueError) as error:
        message = f"{path}: expected GeoJSON: {error}"
        raise DistrictError(message) from error


def table_path(data_dir: Path, name: str) -> Path:
    """Return the path of a CSV table: the data dir's own, else the shipped one for its district.

    The table of baselines may be compressed: then its name ends in ``.csv.gz``. Raises DistrictError when
    city.toml is unreadable.
    """
    own, packed = data_dir / name, data_dir / f"{name}.gz"
    if own.exists() or (name == LARGE_TABLE and packed.exists()):
        return own if own.exists() else packed
    starter = static.path("starter") / name
    return static.path(f"tables/{name}") if is_built_in(data_dir) or not starter.exists() else starter


def table_mark(data_dir: Path, name: str) -> str:
    """Return the SHA-256 of a table's file."""
    return hashlib.sha256(table_path(data_dir, name).read_bytes()).hexdigest()


def read_rows(data_dir: Path, name: str) -> tuple[list[dict[str, str]], str]:
    """Return the rows of a CSV table (see `table_path`) and its SHA-256.

    Raises OSError, and DistrictError when the file is not CSV in UTF-8.
    """
    return _csv(table_path(data_dir, name))


def _csv(path: Path) -> tuple[list[dict[str, str]], str]:
    data = path.read_bytes()
    try:
        plain = _unpacked(data) if path.suffix == ".gz" else data
        lines = io.StringIO(plain.decode("utf-8-sig"), newline="")
        return [dict(row) for row in csv.DictReader(lines)], hashlib.sha256(data).hexdigest()
    except UnicodeDecodeError as error:
        message = f"{path}: {encoding_fault(plain)}"
        raise DistrictError(message) from error
    except (csv.Error, EOFError, zlib.error, gzip.BadGzipFile) as error:
        message = f"{path}: expected a table as CSV: {error}"
        raise DistrictError(message) from error


def _unpacked(data: bytes) -> bytes:
    """Unpack a compressed table. Raises csv.Error for one of more than ``LARGEST_TABLE`` bytes."""
    with gzip.GzipFile(fileobj=io.BytesIO(data)) as packed:
        plain = packed.read(LARGEST_TABLE + 1)
    if len(plain) > LARGEST_TABLE:
        raise csv.Error(f"it unpacks to more than {LARGEST_TABLE} bytes")
    return plain


def _toml(path: Path) -> dict[str, Any]:
    try:
        return _parsed(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        message = f"{path}: {error}"
        raise DistrictError(message) from error


@functools.lru_cache(maxsize=8)
def _parsed(text: str) -> dict[str, Any]:
    """Return a TOML document, which nobody changes: city.toml is read again for every table of a start."""
    return tomllib.loads(text)
