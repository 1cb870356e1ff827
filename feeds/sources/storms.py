"""Storm tracks: GeoJSON of fixes, as published by forecasting offices."""

import math
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from city.clocks.timestamps import iso, parse
from feeds.sources.contract import (
    FieldError,
    OpenOptions,
    Record,
    Remark,
    SourceError,
    fingerprint,
    without_blanks,
)
from feeds.sources.positions import read_position

__all__ = ["StormTrack", "is_storm_track"]

RADII = {"7": "r7_km_ne_se_sw_nw", "10": "r10_km", "12": "r12_km"}
"""Wind force (Beaufort) -> the property with its radii, km, in the quadrants NE, SE, SW, NW."""


BEYOND = "a longitude beyond 180 was taken less 360"


def is_storm_track(value: Any) -> bool:
    """Whether a JSON value is a FeatureCollection with fixes of a storm."""
    features = value.get("features") if isinstance(value, dict) else None
    return isinstance(features, list) and any(_is_fix(feature) for feature in features)


class StormTrack:
    """One storm: one `track` record, or with ``unfold`` a growing track with one record per fix."""

    topic = "warning"
    rate: float | None = None

    def __init__(self, path: Path, collection: Mapping[str, Any], options: OpenOptions) -> None:
        metadata = collection.get("metadata") or {}
        self.name = options.name or str(metadata.get("name") or path.stem)
        self.total: int | None = 1
        self.remarks: list[Remark] = []
        self.read = 0
        self._storm = str(metadata.get("tfid") or path.stem)[:100]
        self._features = list(collection["features"])
        self._unfold = options.unfold

    def records(self) -> Iterator[Record]:
        """Yield the track; the record's time is that of its newest fix that is not a forecast."""
        self.remarks, self.read = [], 0
        points = sorted(self._points(), key=lambda point: parse(point["at"]))
        fixes = [number for number, point in enumerate(points, start=1) if "forecast" not in point]
        if not fixes:
            message = f"{self.name}: no fix of the storm could be read"
            raise SourceError(message)
        landfalls = list(self._landfalls())
        ends = fixes if self._unfold else [fixes[-1]]
        self.total = len(ends)
        for end in ends:
            self.read += 1
            # A finished track does not hold earlier forecasts; only the last record has a forecast.
            known = points if end == fixes[-1] else points[:end]
            yield self._record(known, points[end - 1]["at"], landfalls)

    def _record(self, points: list[Record], at: str, landfalls: list[Record]) -> Record:
        fields: Record = {"kind": "track", "storm": self._storm, "name": self.name, "points": points}
        been = [landfall for landfall in landfalls if parse(landfall["at"]) <= parse(at)]
        if been:
            fields["landfalls"] = been
        return {"id": f"{self._storm}.{fingerprint(fields)}", "at": at, **fields}

    def _points(self) -> Iterator[Record]:
        for index, feature in enumerate(self._features):
            if _is_fix(feature):
                yield from self._parsed(index, partial(_point, feature))

    def _landfalls(self) -> Iterator[Record]:
        """Yield all landfalls of the track, earliest first."""
        found: list[Record] = []
        for index, feature in enumerate(self._features):
            properties = feature.get("properties") if isinstance(feature, dict) else None
            if isinstance(properties, dict) and properties.get("kind") == "landfall":
                found += self._parsed(index, partial(_landfall, feature))
        yield from sorted(found, key=lambda landfall: parse(landfall["at"]))

    def _parsed(self, index: int, read: Callable[[], tuple[Record, bool]]) -> Iterator[Record]:
        """Yield the record of a feature, or remark that it was left out of the track."""
        where = f"features[{index}]"
        try:
            record, beyond = read()
        except FieldError as bad:
            self.remarks.append(
                Remark(where, bad.column, f"left out of the track: {bad.reason}", skipped=False)
            )
            return
        if beyond:
            self.remarks.append(Remark(where, "lon", BEYOND, skipped=False))
        yield record


def _is_fix(feature: Any) -> bool:
    if not isinstance(feature, dict) or not isinstance(feature.get("properties"), dict):
        return False
    is_point = (feature.get("geometry") or {}).get("type") == "Point"
    properties = feature["properties"]
    return is_point and "time" in properties and ("wind_ms" in properties or "pressure_hpa" in properties)


def _point(feature: dict[str, Any]) -> tuple[Record, bool]:
    """Return a fix, and whether its longitude was beyond 180. Raises FieldError."""
    properties = feature["properties"]
    lon, lat, beyond = _position(feature)
    radii = {force: properties[name] for force, name in RADII.items() if properties.get(name)}
    record = {
        "at": _time(properties),
        "lon": lon,
        "lat": lat,
        "wind_ms": properties.get("wind_ms"),
        "pressure_hpa": properties.get("pressure_hpa"),
        "radii_km": radii,
        "grade": properties.get("grade"),
        "forecast": True if properties.get("forecast") else None,
    }
    return without_blanks(record), beyond


def _landfall(feature: dict[str, Any]) -> tuple[Record, bool]:
    properties = feature["properties"]
    lon, lat, beyond = _position(feature)
    record = {"at": _time(properties), "lon": lon, "lat": lat, "place": str(properties.get("place") or "")}
    return without_blanks(record), beyond


def _time(properties: dict[str, Any]) -> str:
    try:
        return iso(parse(str(properties.get("time"))))
    except ValueError as error:
        raise FieldError("time", str(error)) from error


def _position(feature: dict[str, Any]) -> tuple[float, float, bool]:
    """Return longitude, latitude and whether 360 was subtracted: Pacific tracks continue beyond 180."""
    coordinates = [*((feature.get("geometry") or {}).get("coordinates") or []), None, None]
    lon, lat = coordinates[0], coordinates[1]
    beyond = isinstance(lon, int | float) and isinstance(lat, int | float) and 180 < abs(lon) <= 360
    beyond = beyond and abs(lat) <= 90
    if beyond:
        lon = round(lon - math.copysign(360.0, lon), 7)
    position = read_position(lon, lat, columns=("lon", "lat"))
    if position is None:
        raise FieldError("coordinates", "are missing")
    return *position, beyond
