"""OGC SensorThings API 1.1: a Thing (or several) with its Datastreams and Observations."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from feeds.sources.contract import FieldError, Items, OpenOptions, Record, Remark, shown
from feeds.sources.positions import read_position
from feeds.sources.quantities import in_our_unit, quantity_of
from feeds.sources.tables.cells import iso_moment, plain_text, real_number
from feeds.sources.tables.mapping import DeviceRow
from feeds.sources.tables.reading_tables import device_record, reading_record

__all__ = ["SensorThings"]


class _Reading(NamedTuple):
    at: float
    record: Record


class SensorThings(Items):
    """Things as devices, Observations as readings in our units, in time order."""

    topic = "sensor"
    rate: float | None = None

    def __init__(self, path: Path, things: Sequence[Any], options: OpenOptions) -> None:
        super().__init__()
        self.name = options.name or path.stem
        self.total: int | None = None
        self._things = things
        self._options = options

    def records(self) -> Iterator[Record]:
        """Yield the device records, then all readings; invalid items are left out with a remark."""
        self.begin()
        devices: list[Record] = []
        readings: list[_Reading] = []
        for index, thing in enumerate(self._things):
            where = f"Thing {index}"
            try:
                device = _identity(thing)
                streams = _list(thing, "Datastreams")
            except FieldError as error:
                self.leave_out(where, error)
                continue
            found = list(self._readings(device, streams, where))
            readings += found
            with self.item(where):
                devices.append(self._device(thing, device, streams, [reading.at for reading in found]))
        readings.sort(key=lambda reading: reading.at)
        self.total = len(devices) + len(readings)
        yield from devices
        yield from (reading.record for reading in readings)

    def _readings(self, device: str, streams: list[Any], where: str) -> Iterator[_Reading]:
        metrics: dict[str, str] = {}
        for number, stream in enumerate(streams):
            place = f"{where}.Datastreams[{number}]"
            try:
                observations = _list(stream, "Observations")
            except FieldError as error:
                self.leave_out(place, error)
                continue
            metric = self._metric(stream, metrics, place)
            unit = _symbol(stream)
            for index, observation in enumerate(observations):
                spot = f"{place}.Observations[{index}]"
                reading = None
                with self.item(spot):
                    at, result = _observed(observation)
                    value, ours = in_our_unit(result, unit)
                    record = reading_record(device, metric, value, at=at, unit=ours)
                    self.once(spot, "result", record["id"], value)
                    reading = _Reading(at, record)
                if reading:
                    yield reading

    def _metric(self, stream: dict[str, Any], metrics: dict[str, str], place: str) -> str:
        """Return a stream's metric; the second stream of a Thing with the same metric gets a number."""
        metric = quantity_of(_property(stream)).metric
        identity = plain_text(stream.get("@iot.id")) or place
        names = (metric, *(f"{metric}_{number}" for number in range(2, len(metrics) + 2)))
        numbered = next(name for name in names if metrics.setdefault(name, identity) == identity)
        if numbered != metric:
            reason = f"another Datastream of the Thing measures {metric} too; taken as {numbered}"
            self.remarks.append(Remark(place, "ObservedProperty", reason, skipped=False))
        return numbered

    def _device(self, thing: dict[str, Any], device: str, streams: list[Any], moments: list[float]) -> Record:
        if not moments:
            raise FieldError("Datastreams", "no Observation of it is taken, so the device is not registered")
        names = [_property(stream) for stream in streams if isinstance(stream, dict)]
        lon, lat = self._position(thing)
        steps = [later - earlier for earlier, later in pairwise(sorted(set(moments)))]
        row = DeviceRow(
            device=device,
            kind=next((quantity_of(name).device_class for name in names), "sensor"),
            name=plain_text(thing.get("name")),
            owner=plain_text(_object(thing, "properties").get("agency")),
            interval_s=median(steps) if steps else None,
            lon=lon,
            lat=lat,
        )
        return device_record(row, min(moments), self._options)

    def _position(self, thing: dict[str, Any]) -> tuple[float, float] | tuple[None, None]:
        try:
            for place in _list(thing, "Locations"):
                location = _object(place, "location")
                if location.get("type") == "Point":
                    coordinates = [*_list(location, "coordinates"), None, None]
                    columns = ("Locations.lon", "Locations.lat")
                    found = read_position(coordinates[0], coordinates[1], columns=columns)
                    if found:
                        return found
        except FieldError as error:
            self.changed(error, "the device is registered without a position")
        return None, None


def _identity(thing: Any) -> str:
    found = plain_text(thing.get("@iot.id")) if isinstance(thing, dict) else ""
    if not found:
        raise FieldError("@iot.id", "is missing")
    return found


def _list(owner: Any, field: str) -> list[Any]:
    """Return a list field, empty when it is missing; raises FieldError for anything else."""
    if not isinstance(owner, dict):
        raise FieldError(field, "expected an object", shown(owner))
    found = owner.get(field)
    if found is not None and not isinstance(found, list):
        raise FieldError(field, "expected a list", shown(found))
    return found or []


def _object(owner: Any, field: str) -> dict[str, Any]:
    """Return an object field, empty when there is none."""
    found = owner.get(field) if isinstance(owner, dict) else None
    return found if isinstance(found, dict) else {}


def _property(stream: dict[str, Any]) -> str:
    return plain_text(_object(stream, "ObservedProperty").get("name")) or plain_text(stream.get("name"))


def _symbol(stream: dict[str, Any]) -> str:
    return plain_text(_object(stream, "unitOfMeasurement").get("symbol"))


def _observed(observation: Any) -> tuple[float, float]:
    """Return (time, result); the time of an interval is its end."""
    fields = observation if isinstance(observation, dict) else {}
    time = str(fields.get("phenomenonTime") or fields.get("resultTime") or "").rpartition("/")[2]
    at = iso_moment(time, "phenomenonTime")
    result = fields.get("result")
    if isinstance(result, bool) or not isinstance(result, int | float):
        raise FieldError("result", "expected a number", shown(result))
    return at, real_number(result, "result")
