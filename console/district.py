"""The district: what a deployment says of its city, read from its data dir over what is built in."""

import csv
import hashlib
import io
import tomllib
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

import static
from city.grids import UnitGrids
from city.places import Streets

__all__ = [
    "GRIDS", "District", "DistrictError", "SourceSetting", "grids_told", "read_district", "read_grids",
    "read_rows",
]  # fmt: skip

GRIDS = "grids.geojson"


class DistrictError(ValueError):
    """A file of the district cannot be used; the text names file and field."""


class SourceSetting(msgspec.Struct, frozen=True):
    """What is expected of a source: its label and how often it is heard, in seconds."""

    label: dict[str, str]
    interval_s: float = 60.0


class District(msgspec.Struct, frozen=True):
    """One district. ``timezone`` is an IANA name; ``limits`` are the numbers of domain A.3/A.4.

    ``cases`` are the numbers of a case's life (city.acts.terms.CaseNumbers) that the centre set.
    """

    name: dict[str, str]
    code: str
    timezone: str
    limits: dict[str, Any]
    sources: dict[str, SourceSetting]
    atlas_dir: Path
    built_in: bool
    cases: dict[str, Any] = {}  # msgspec copies it

    def zone_offset_s(self, now: float) -> int:
        """Return how far the district's clocks are east of UTC at ``now`` (epoch seconds), in seconds."""
        offset = datetime.fromtimestamp(now, ZoneInfo(self.timezone)).utcoffset()
        return int(offset.total_seconds()) if offset else 0


def read_district(data_dir: Path) -> District:
    """Read ``city.toml`` of the data dir (built-in values for what it leaves out).

    Raises DistrictError.
    """
    shipped = _toml(static.path("district/city.toml"))
    own_path = data_dir / "city.toml"
    own = _toml(own_path) if own_path.exists() else {}
    told = {**shipped, **own}
    atlas = data_dir / "atlas"
    try:
        ZoneInfo(str(told["timezone"]))
        return District(
            name=msgspec.convert(told["name"], dict[str, str]),
            code=str(told["code"]),
            timezone=str(told["timezone"]),
            limits={**shipped.get("limits", {}), **own.get("limits", {})},
            sources=msgspec.convert(
                {**shipped.get("sources", {}), **own.get("sources", {})}, dict[str, SourceSetting]
            ),
            atlas_dir=atlas if atlas.exists() else static.path("district/atlas"),
            built_in=not atlas.exists(),
            cases=msgspec.convert({**shipped.get("cases", {}), **own.get("cases", {})}, dict[str, Any]),
        )
    except (KeyError, ZoneInfoNotFoundError, msgspec.ValidationError) as error:
        message = f"{own_path}: {error}"
        raise DistrictError(message) from error


def read_streets(district: District) -> Streets:
    """Read the street polygons (WGS84). Raises DistrictError when the atlas lacks them."""
    path = district.atlas_dir / "streets.geojson"
    try:
        return Streets.from_geojson(msgspec.json.decode(path.read_bytes()))
    except (OSError, msgspec.MsgspecError, ValueError, KeyError) as error:
        message = f"{path}: expected the streets of an imported atlas: {error}"
        raise DistrictError(message) from error


def read_grids(data_dir: Path) -> UnitGrids:
    """Read the unit grids of the data dir, none when it has no file of them. Raises DistrictError."""
    told = grids_told(data_dir)
    try:
        return UnitGrids() if told is None else UnitGrids.from_geojson(told)
    except ValueError as error:
        message = f"{data_dir / GRIDS}: {error}"
        raise DistrictError(message) from error


def grids_told(data_dir: Path) -> Any:
    """Return what the data dir's file of unit grids says, None without one. Raises DistrictError."""
    path = data_dir / GRIDS
    try:
        return msgspec.json.decode(path.read_bytes()) or {}
    except FileNotFoundError:
        return None
    except (OSError, msgspec.MsgspecError, ValueError) as error:
        message = f"{path}: expected GeoJSON: {error}"
        raise DistrictError(message) from error


def read_rows(data_dir: Path, name: str) -> tuple[list[dict[str, str]], str]:
    """Return the rows of a CSV table (the data dir's own, else the built-in) and its SHA-256.

    Raises OSError, and DistrictError when the file is no CSV in UTF-8.
    """
    own = data_dir / name
    path = own if own.exists() else static.path(f"tables/{Path(name).name}")
    told = path.read_bytes()
    try:
        lines = io.StringIO(told.decode("utf-8-sig"), newline="")
        return [dict(row) for row in csv.DictReader(lines)], hashlib.sha256(told).hexdigest()
    except (UnicodeDecodeError, csv.Error) as error:
        message = f"{path}: expected a table as CSV in UTF-8: {error}"
        raise DistrictError(message) from error


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        message = f"{path}: {error}"
        raise DistrictError(message) from error
