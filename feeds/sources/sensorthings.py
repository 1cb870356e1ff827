"""OGC SensorThings API 1.1: a Thing (or several) with its Datastreams and Observations."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

from city.moments import parse
from feeds.sources.contract import FieldError, OpenOptions, Record, Remark, SourceError
from feeds.sources.mapping import DeviceRow
from feeds.sources.positions import read_position
from feeds.sources.quantities import in_our_unit, quantity_of
from feeds.sources.readings import device_record, reading_record

__all__ = ["SensorThings"]


class SensorThings:
    """Things as devices, Observations as readings in our units, in the order of time."""

    topic = "sensor"
    rate: float | None = None

    def __init__(self, path: Path, things: Sequence[Any], options: OpenOptions) -> None:
        self.name = options.name or path.stem
        self.total: int | None = None
        self.remarks: list[Remark] = []
        self._things = things
        self._options = options

    def records(self) -> Iterator[Record]:
        """Yield the device records, then all readings; raises SourceError for a broken Thing."""
        self.remarks = []
        devices: list[Record] = []
        readings: list[tuple[float, Record]] = []
        for index, thing in enumerate(self._things):
            found = list(self._readings(thing, f"Thing {index}"))
            readings += found
            if found:
                device = _device(thing, [at for at, _ in found])
                devices.append(device_record(device, min(found)[0], self._options))
        readings.sort(key=lambda reading: reading[0])
        self.total = len(devices) + len(readings)
        yield from devices
        yield from (record for _, record in readings)

    def _readings(self, thing: Any, where: str) -> Iterator[tuple[float, Record]]:
        device = _identity(thing, where)
        for number, stream in enumerate(_streams(thing)):
            metric = quantity_of(_property(stream)).metric
            unit = str((stream.get("unitOfMeasurement") or {}).get("symbol") or "")
            for index, observation in enumerate(stream.get("Observations") or []):
                place = f"{where}.Datastreams[{number}].Observations[{index}]"
                try:
                    at, result = _observed(observation)
                except FieldError as error:
                    self.remarks.append(Remark.of(place, error))
                    continue
                value, ours = in_our_unit(result, unit)
                yield at, reading_record(device, metric, value, at=at, unit=ours)


def _identity(thing: Any, where: str) -> str:
    found = thing.get("@iot.id") if isinstance(thing, dict) else None
    if found in (None, ""):
        message = f"{where}: @iot.id is missing"
        raise SourceError(message)
    return str(found)


def _streams(thing: dict[str, Any]) -> list[dict[str, Any]]:
    return [stream for stream in thing.get("Datastreams") or [] if isinstance(stream, dict)]


def _property(stream: dict[str, Any]) -> str:
    return str((stream.get("ObservedProperty") or {}).get("name") or stream.get("name") or "")


def _observed(observation: Any) -> tuple[float, float]:
    """Return (moment, result); of an interval its end counts."""
    told = observation if isinstance(observation, dict) else {}
    time = str(told.get("phenomenonTime") or told.get("resultTime") or "").rpartition("/")[2]
    try:
        at = parse(time)
    except ValueError as error:
        raise FieldError("phenomenonTime", str(error)) from error
    result = told.get("result")
    if isinstance(result, bool) or not isinstance(result, int | float) or not abs(result) < 1e300:
        raise FieldError("result", f"expected a number, got {result!r}")
    return at, float(result)


def _device(thing: dict[str, Any], moments: list[float]) -> DeviceRow:
    streams = thing.get("Datastreams") or []
    names = [str((s.get("ObservedProperty") or {}).get("name") or s.get("name") or "") for s in streams]
    lon, lat = _position(thing)
    ordered = sorted(set(moments))
    steps = [later - earlier for earlier, later in pairwise(ordered)]
    return DeviceRow(
        device=_identity(thing, "Thing"),
        kind=next((quantity_of(name).device_class for name in names), "sensor"),
        name=str(thing.get("name") or ""),
        owner=str((thing.get("properties") or {}).get("agency") or ""),
        interval_s=median(steps) if steps else None,
        lon=lon,
        lat=lat,
    )


def _position(thing: dict[str, Any]) -> tuple[float, float] | tuple[None, None]:
    for place in thing.get("Locations") or []:
        location = place.get("location") or {}
        if location.get("type") == "Point":
            coordinates = [*(location.get("coordinates") or []), None, None]
            columns = ("Locations.lon", "Locations.lat")
            found = read_position(coordinates[0], coordinates[1], columns=columns)
            if found:
                return found
    return None, None
