"""Folding telemetry into columns. The newest ``at`` per key wins, so the order of records does not matter."""

from collections.abc import Iterable
from typing import Any

from city.clocks.timestamps import parse
from city.dispatch.sendable_units import UNIT_STATES
from city.dispatch.tables.unit_tasks import UNIT_KINDS
from city.places.public_names import class_words, short_name
from city.state.columns import Columns
from city.state.last_hour import KEPT_METRICS
from city.state.ledger_state import CityState
from city.state.video_records import Sighting

__all__ = ["join_registry", "measure"]

UNREGISTERED_INTERVAL = 600.0
_CODES = frozenset({*UNIT_KINDS, *UNIT_STATES})
FILLERS = frozenset({-999.0, -999.9, -999.99, -9999.0, -9999.9, -99999.0, -999999.0, -32768.0})
"""Values that gauges write for "no measurement": such a reading gets quality ``bad``."""


def measure(state: CityState, topic: str, records: Iterable[dict[str, Any]]) -> set[str]:
    """Fold records of a telemetry topic; return the slices that changed.

    A record that does not have the shape of its kind is counted as refused and changes nothing else.
    """
    touched: set[str] = set()
    for record in records:
        try:
            fold = FOLDS.get((topic, record.get("kind") if topic != "unit" else None))
            if fold is not None:
                touched.add(fold(state, record))
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
            refused = state.measured.refused
            refused[topic] = refused.get(topic, 0) + 1
    return touched


def _is_newer(columns: Columns, row: int, at: float) -> bool:
    """Whether ``at`` is newer than the row's (a blank row has NaN)."""
    return not columns.column("at")[row] > at


def _reading(state: CityState, record: dict[str, Any]) -> str:
    device_id = str(record["device"])
    metric = str(record["metric"])
    readings = state.measured.readings
    at = parse(record["at"])
    values = {
        "value": float(record["value"]), "at": at, "received": parse(record["received"]),
        "quality": "bad" if record["value"] in FILLERS else str(record.get("quality") or "good"),
        "unit": str(record.get("unit") or "")[:16],
        "device": device_id, "metric": metric[:40],
    }  # fmt: skip
    row = readings.row(f"{device_id}\x1f{metric}")
    if metric in KEPT_METRICS and values["quality"] != "bad":
        state.measured.last_hour.add(row, at, float(record["value"]))
    if not _is_newer(readings, row, at):
        return "readings"
    if values["quality"] == "good":
        values |= {"good_at": at, "good_received": values["received"]}
    readings.set(row, values)
    _join(state, row, device_id)
    return "readings"


def join_registry(state: CityState) -> None:
    """Fill in place and class of readings that arrived before their device was registered."""
    devices = state.measured.readings.column("device")
    for row in (state.measured.readings.column("kind") == "").nonzero()[0]:
        _join(state, int(row), devices[row])


def _join(state: CityState, row: int, device_id: str) -> None:
    readings = state.measured.readings
    device, joined = state.ledger.devices.get(device_id), state.measured.joined
    if row in joined and joined[row] is device:
        return
    joined[row] = device
    if device is None:
        readings.set(row, {"interval": UNREGISTERED_INTERVAL})
        return
    readings.set(row, {
        "interval": device.interval_s, "lon": device.place.lon, "lat": device.place.lat,
        "kind": device.kind, "name": device.name, "street": device.place.street,
        "owner": short_name(device.owner),
    })  # fmt: skip


def _unit(state: CityState, record: dict[str, Any]) -> str:
    units = state.measured.units
    at = parse(record["at"])
    values: dict[str, Any] = {"at": at, "received": parse(record["received"])}
    for name in ("lon", "lat", "speed", "heading"):
        value = record.get(name)
        values[name] = float(value) if isinstance(value, int | float) else float("nan")
    for name in ("call_sign", "kind", "agency", "state"):
        text = str(record.get(name) or "")
        # A code is compared with codes, so it is never cut; some are longer than a name may be on a wall.
        values[name] = text if text in _CODES else short_name(text)
    row = units.row(str(record["unit"]))
    if _is_newer(units, row, at):
        units.set(row, values)
    return "units"


def _detection(state: CityState, record: dict[str, Any]) -> str:
    at, confidence = parse(record["at"]), record.get("confidence")
    sighting = Sighting(
        record=f"{record.get('client') or ''}/{record.get('id') or ''}",
        camera=str(record["camera"]),
        name=str(record["class"]),
        at=at,
        confidence=None if confidence is None else float(confidence),
        algorithm=str(record.get("algorithm") or "")[:200],
        version=str(record.get("version") or "")[:200],
        box=tuple(float(one) for one in record.get("box") or ()),
    )
    camera = state.ledger.cameras.get(sighting.camera)
    if camera is not None:
        state.measured.detections.add(lon=camera.place.lon, lat=camera.place.lat, at=at)
    state.measured.sightings.add(sighting)
    return "detections"


def _health(state: CityState, record: dict[str, Any]) -> str:
    cameras = state.measured.cameras
    at, received = parse(record["at"]), parse(record["received"])
    health = class_words(str(record["state"]))
    row = cameras.row(str(record["camera"]))
    if _is_newer(cameras, row, at):
        cameras.set(row, {"at": at, "received": received, "state": health})
    return "cameras"


def _snapshot(state: CityState, record: dict[str, Any]) -> str:
    cameras = state.measured.cameras
    at, received = parse(record["at"]), parse(record["received"])
    sha256 = str(record["sha256"])
    row = cameras.row(str(record["camera"]))
    if not cameras.column("picture_at")[row] > at:
        values = {"picture_at": at, "picture_received": received, "sha256": sha256}
        for name in ("same_since", "dark_since"):
            since = record.get(name)
            values[name] = float("nan") if since is None else parse(since)
        cameras.set(row, values)
    return "cameras"


FOLDS = {
    ("sensor", "reading"): _reading,
    ("unit", None): _unit,
    ("camera", "detection"): _detection,
    ("camera", "health"): _health,
    ("camera", "snapshot"): _snapshot,
}
