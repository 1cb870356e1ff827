"""Storm tracks: GeoJSON of fixes as forecasting offices publish them."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from city.moments import iso, parse
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


def is_storm_track(value: Any) -> bool:
    """Whether a JSON value is a FeatureCollection with fixes of a storm."""
    features = value.get("features") if isinstance(value, dict) else None
    return isinstance(features, list) and any(_is_fix(feature) for feature in features)


class StormTrack:
    """One storm: one `track` record, or with ``unfold`` a growing track, one record a fix."""

    topic = "warning"
    rate: float | None = None

    def __init__(self, path: Path, collection: Mapping[str, Any], options: OpenOptions) -> None:
        metadata = collection.get("metadata") or {}
        self.name = options.name or str(metadata.get("name") or path.stem)
        self.total: int | None = 1
        self.remarks: list[Remark] = []
        self._storm = str(metadata.get("tfid") or path.stem)[:100]
        self._features = list(collection["features"])
        self._unfold = options.unfold

    def records(self) -> Iterator[Record]:
        """Yield the track; the record's moment is that of its newest fix that is no forecast."""
        self.remarks = []
        points = sorted(self._points(), key=lambda point: parse(point["at"]))
        fixes = [number for number, point in enumerate(points, start=1) if "forecast" not in point]
        if not fixes:
            message = f"{self.name}: no fix of the storm could be read"
            raise SourceError(message)
        landfall = self._landfall()
        ends = fixes if self._unfold else [fixes[-1]]
        self.total = len(ends)
        for end in ends:
            # What was forecast then is not known from a finished track; only the last has any.
            told = points if end == fixes[-1] else points[:end]
            yield self._record(told, points[end - 1]["at"], landfall)

    def _record(self, points: list[Record], at: str, landfall: Record | None) -> Record:
        told: Record = {"kind": "track", "storm": self._storm, "name": self.name, "points": points}
        if landfall and parse(landfall["at"]) <= parse(at):
            told["landfall"] = landfall
        return {"id": f"{self._storm}.{fingerprint(told)}", "at": at, **told}

    def _points(self) -> Iterator[Record]:
        for index, feature in enumerate(self._features):
            if not _is_fix(feature):
                continue
            try:
                yield _point(feature)
            except FieldError as bad:
                self.remarks.append(Remark.of(f"features[{index}]", bad))
            except ValueError as error:
                self.remarks.append(Remark(f"features[{index}]", "time", str(error)))

    def _landfall(self) -> Record | None:
        for feature in self._features:
            told = feature.get("properties") or {}
            if told.get("kind") == "landfall" and told.get("time"):
                lon, lat = feature["geometry"]["coordinates"][:2]
                return without_blanks({
                    "at": iso(parse(told["time"])), "lon": lon, "lat": lat,
                    "place": str(told.get("place") or ""),
                })  # fmt: skip
        return None


def _is_fix(feature: Any) -> bool:
    if not isinstance(feature, dict) or not isinstance(feature.get("properties"), dict):
        return False
    is_point = (feature.get("geometry") or {}).get("type") == "Point"
    told = feature["properties"]
    return is_point and "time" in told and ("wind_ms" in told or "pressure_hpa" in told)


def _point(feature: dict[str, Any]) -> Record:
    told = feature["properties"]
    coordinates = [*feature["geometry"].get("coordinates", []), None, None]
    position = read_position(coordinates[0], coordinates[1], columns=("lon", "lat"))
    if position is None:
        raise FieldError("coordinates", "are missing")
    radii = {force: told[name] for force, name in RADII.items() if told.get(name)}
    return without_blanks(
        {
            "at": iso(parse(str(told["time"]))),
            "lon": position[0],
            "lat": position[1],
            "wind_ms": told.get("wind_ms"),
            "pressure_hpa": told.get("pressure_hpa"),
            "radii_km": radii,
            "grade": told.get("grade"),
            "forecast": True if told.get("forecast") else None,
        }
    )
