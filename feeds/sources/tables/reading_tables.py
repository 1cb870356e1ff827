"""Reading tables: CSV or Parquet files of measurements, read with a mapping file."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from city.clocks.timestamps import iso
from feeds.sources.contract import (
    OTHER_CONTENT,
    FieldError,
    Items,
    OpenOptions,
    Record,
    Remark,
    SourceError,
    fingerprint,
    without_blanks,
)
from feeds.sources.tables.cells import Cells, real_number
from feeds.sources.tables.mapping import PATTERN, DeviceRow, ReadingMapping, Series, absent, named, zone_of
from feeds.sources.tables.tables import Row, Table

__all__ = ["ReadingTable", "device_record", "reading_record"]


class _Column(NamedTuple):
    name: str
    device: str
    series: Series


class _Reading(NamedTuple):
    at: float
    where: str
    column: _Column
    device: str
    value: float


class ReadingTable(Items):
    """A table of readings: yields the devices first, then their readings in time order."""

    topic = "sensor"
    rate: float | None = None

    def __init__(self, path: Path, mapping: ReadingMapping, options: OpenOptions) -> None:
        super().__init__()
        self.name = options.name or path.name.split(".")[0]
        self.total: int | None = None
        self._table = Table(path, mapping.encoding)
        self._mapping = mapping
        self._options = options
        zone = zone_of(mapping.zone)
        self._cells = Cells(blank=mapping.blank, times=mapping.times, zone=zone)

    def records(self) -> Iterator[Record]:
        """Yield `device` and `reading` records; an empty cell gives neither a reading nor a remark."""
        self.begin()
        for name in absent(self._mapping.needed, self._table.header):
            self.remarks.append(Remark("row 1", name, "the mapping's column is not there", skipped=False))
        readings = list(self._unequal_left_out(self._readings(self._columns())))
        measured = {reading.device for reading in readings}
        devices = [device for device in self._mapping.device if device.device in measured]
        self.read += len(devices)
        self.total = len(devices) + len(readings)
        for device in devices:
            yield device_record(device, readings[0].at, self._options)
        for reading in readings:
            series, value = reading.column.series, reading.value
            value = round(value * series.scale, 6)
            yield reading_record(reading.device, series.metric, value, at=reading.at, unit=series.unit)

    def _columns(self) -> list[_Column]:
        header = self._table.header
        found = []
        for series in self._mapping.series:
            for name in named(series.column, header):
                found.append(_Column(name, _device_of(series, name), series))  # noqa: PERF401  # reads better than a double comprehension
        if not found:
            message = f"{self.name}: none of the mapping's series is a column"
            raise SourceError(message)
        return found

    def _readings(self, columns: list[_Column]) -> list[_Reading]:
        found: list[_Reading] = []
        for row in self._table.rows():
            where = f"row {row.number}"
            words = [(column, self._cells.text(row.cells, column.name)) for column in columns]
            filled = [(column, cell) for column, cell in words if cell]
            if not row.fault and not filled:
                continue
            try:
                at = self._moment(row)
                device = self._device(row, [column for column, _ in filled])
            except FieldError as error:
                # Without a time or a device the row has no readings: it counts as one item.
                self.leave_out(where, error)
                continue
            for column, cell in filled:
                with self.item(where):
                    value = real_number(cell, column.name)
                    found.append(_Reading(at, where, column, column.device or device, value))
        return found

    def _unequal_left_out(self, readings: list[_Reading]) -> Iterator[_Reading]:
        """Yield readings in time order; one that differs from an earlier one of the same time is left out."""
        known: dict[tuple[str, str], _Reading] = {}
        for reading in sorted(readings, key=lambda reading: reading.at):
            key = (reading.device, reading.column.series.metric)
            first = known.get(key)
            if first is None or first.at != reading.at:
                known[key] = first = reading
            if first.value == reading.value:
                yield reading
            else:
                named = f"{reading.value:g} ({first.where}: {first.value:g})"
                self.remarks.append(Remark(reading.where, reading.column.name, OTHER_CONTENT, value=named))

    def _moment(self, row: Row) -> float:
        if row.fault:
            raise row.fault
        at = self._cells.moment(row.cells, *self._mapping.time)
        if at is None:
            raise FieldError(" ".join(self._mapping.time), "is empty")
        return at

    def _device(self, row: Row, filled: list[_Column]) -> str:
        device = self._cells.text(row.cells, self._mapping.device_column)
        if not device and not all(column.device for column in filled):
            raise FieldError(self._mapping.device_column, "names no device")
        return device


def _device_of(series: Series, column: str) -> str:
    if not series.column.startswith(PATTERN):
        return series.device
    found = re.fullmatch(series.column.removeprefix(PATTERN), column)
    return series.device.format(**found.groupdict()) if found else series.device


def device_record(device: DeviceRow, at: float, options: OpenOptions) -> Record:
    """Return the `device` record; a position in the options overrides that of the file."""
    lon, lat = device.lon, device.lat
    if options.lon is not None and options.lat is not None:
        lon, lat = options.lon, options.lat
    fields = without_blanks(
        {
            "kind": "device",
            "device": device.device,
            "class": device.kind,
            "name": device.name,
            "owner": device.owner,
            "interval_s": device.interval_s,
            "datum": device.datum,
            "lon": lon,
            "lat": lat,
        }
    )
    return {"id": f"{device.device[:100]}.{fingerprint(fields)}", "at": iso(at), **fields}


def reading_record(device: str, metric: str, value: float, *, at: float, unit: str) -> Record:
    """Return a `reading` record; its id is device, metric and the time in the file."""
    record: Record = {
        "id": f"{device[:60]}/{metric[:40]}/{at:.3f}",
        "at": iso(at),
        "kind": "reading",
        "device": device,
        "metric": metric,
        "value": value,
    }
    return {**record, "unit": unit} if unit else record
