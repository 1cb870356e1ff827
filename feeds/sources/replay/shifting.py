"""Shifting: moves recorded times to the present and recorded positions onto this district.

Pure functions on records. Moved records are marked: ``original_at`` keeps the recorded time, ``transplanted``
and ``original_place`` the recorded position. Ids do not change, so a recording that was already replayed is
recognised for any shift.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray
from shapely.geometry import shape

from city.clocks.timestamps import parse
from city.places.streets import OUTSIDE, Streets
from feeds.sources.contract import Record

__all__ = ["District", "Survey", "Transplant", "as_of", "happened", "shifted", "survey"]

TIME_FIELDS = frozenset({"at", "sent", "effective", "onset", "expires", "due_at", "next_at"})
DONE_STATES = frozenset({"closed", "rejected", "merged", "voided", "handled", "transferred_up"})
STEPS = 8
_REFERENCE = re.compile(r"[^\s,]+,[^\s,]+,\S+")

Box = tuple[float, float, float, float]
Floats = NDArray[np.float64]


class Survey(msgspec.Struct, frozen=True):
    """Result of one pass over a recording: number of records, newest time, area of the positions.

    ``box`` is west, south, east, north (degrees) of the middle 96 % of the positions; None without positions.
    """

    count: int
    newest: float | None
    box: Box | None


def survey(records: Iterable[Record]) -> Survey:
    """Read a recording once. The newest time is that of an event, not of a deadline."""
    count, newest = 0, None
    places: list[tuple[float, float]] = []
    for record in records:
        count += 1
        at = parse(record["at"])
        newest = at if newest is None else max(newest, at)
        if "lon" in record:
            places.append((record["lon"], record["lat"]))
    if not places:
        return Survey(count, newest, None)
    low, high = np.percentile(np.array(places, dtype=np.float64), [2, 98], axis=0)
    return Survey(count, newest, (float(low[0]), float(low[1]), float(high[0]), float(high[1])))


def happened(record: Record) -> float:
    """Return the newest time of an event in a record (epoch seconds): its own or its status's."""
    mirror = record.get("mirror")
    status_at = mirror.get("at") if isinstance(mirror, dict) else None
    at = parse(record["at"])
    return at if status_at is None else max(at, parse(status_at))


def shifted(record: Record, seconds: float) -> Record:
    """Return the record with all its times moved by ``seconds``; offsets stay as written."""
    return {**_moved(record, seconds), "id": record["id"], "original_at": record["at"]}


def _moved(value: Any, seconds: float) -> Any:
    if isinstance(value, list):
        return [_moved(item, seconds) for item in value]
    if not isinstance(value, dict):
        return value
    moved = {}
    for name, item in value.items():
        if name in TIME_FIELDS and isinstance(item, str):
            moved[name] = _later(item, seconds)
        elif name == "references" and isinstance(item, str):
            moved[name] = _REFERENCE.sub(lambda found: _later_reference(found[0], seconds), item)
        else:
            moved[name] = _moved(item, seconds)
    return moved


def _later(text: str, seconds: float) -> str:
    try:
        return (datetime.fromisoformat(text) + timedelta(seconds=seconds)).isoformat()
    except (ValueError, OverflowError):
        return text  # not a time, or out of range: the gateway will reject it with a reason


def _later_reference(text: str, seconds: float) -> str:
    sender, identifier, sent = text.split(",", 2)
    return f"{sender},{identifier},{_later(sent, seconds)}"


def as_of(record: Record, now: float) -> Record:
    """Return the record as known at ``now``: a status in the future is left out."""
    mirror = record.get("mirror")
    if not isinstance(mirror, dict) or "at" not in mirror or parse(mirror["at"]) <= now:
        return record
    known = {name: value for name, value in mirror.items() if name != "at"}
    if known.get("state") in DONE_STATES:
        known["state"] = "dispatched" if known.get("agency") else "reported"
    return {**record, "mirror": known}


class District:
    """The streets onto which positions are moved: their boxes, and a point inside each of them."""

    def __init__(self, collection: Mapping[str, Any]) -> None:
        """Take a FeatureCollection of WGS84 (Multi)Polygons with `code` and `name`.

        Raises ValueError naming the feature that is not a street.
        """
        self._streets = Streets.from_geojson(collection)
        shapes = [shape(feature["geometry"]) for feature in collection["features"]]
        self._boxes = np.array([polygon.bounds for polygon in shapes])
        self._box = np.r_[self._boxes[:, :2].min(axis=0), self._boxes[:, 2:].max(axis=0)]
        inner = [polygon.representative_point() for polygon in shapes]
        self._seats = np.array([(point.x, point.y) for point in inner])

    def place(self, east: float, north: float, chance: float) -> tuple[float, float]:
        """Return (lon, lat) of the point at the fractions ``east`` and ``north`` (0 … 1) of a box.

        The box is the district's. If that point is in no street, ``chance`` (0 … 1) selects a street and its
        box is used, so that every street gets a share. A point outside that street moves towards its inner
        point until it is inside a street.
        """
        lon, lat = _in_box(self._box, east, north)
        if self._streets.of(lon, lat)[0] != OUTSIDE:
            return lon, lat
        street, spread = divmod(chance * len(self._seats), 1.0)
        lon, lat = _in_box(self._boxes[int(street)], east, north)
        seat = self._seats[int(street)]
        # The first candidate is the point itself; the next start at a random place on the line to the inner
        # point, so that points from outside do not collect on the boundary.
        way = np.r_[0.0, spread + (1.0 - spread) * np.linspace(0.0, 1.0, STEPS)]
        x, y = lon + (seat[0] - lon) * way, lat + (seat[1] - lat) * way
        held = np.flatnonzero(self._streets.of(x, y) != OUTSIDE)
        first = int(held[0]) if len(held) else STEPS
        return float(x[first]), float(y[first])


class Transplant:
    """Moves positions from the box of a recording onto a district, deterministically."""

    def __init__(self, box: Box, district: District) -> None:
        self._box = box
        self._district = district

    def __call__(self, record: Record) -> Record:
        """Return the record moved and marked; one without a position is not changed."""
        lon, lat = record.get("lon"), record.get("lat")
        if lon is None or lat is None:
            return record
        was = {"lon": lon, "lat": lat, "crs": record.get("crs", "WGS84")}
        east = _share(lon, self._box[0], self._box[2])
        north = _share(lat, self._box[1], self._box[3])
        x, y = self._district.place(east, north, _chance(lon, lat))
        moved = {"lon": round(x, 7), "lat": round(y, 7), "crs": "WGS84"}
        return {**record, **moved, "transplanted": True, "original_place": was}


def _in_box(box: Floats, east: float, north: float) -> tuple[float, float]:
    west, south, far_east, far_north = (float(side) for side in box)
    return west + east * (far_east - west), south + north * (far_north - south)


def _share(value: float, low: float, high: float) -> float:
    """Return the fraction of a value between two limits, 0 … 1; 0.5 when the limits are equal."""
    if high - low < 1e-9:
        return 0.5
    return min(1.0, max(0.0, (value - low) / (high - low)))


def _chance(lon: float, lat: float) -> float:
    """Return a pseudo-random number 0 … 1 that is the same for the same position."""
    digits = hashlib.sha256(f"{lon:.6f},{lat:.6f}".encode()).digest()
    return int.from_bytes(digits[:4], "big") / 2**32
