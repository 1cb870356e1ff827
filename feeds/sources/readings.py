"""Reading tables: CSV or Parquet of measurements, read by a mapping file."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from city.moments import iso
from feeds.sources import tables
from feeds.sources.contract import (
    OpenOptions,
    Record,
    Remark,
    SourceError,
    fingerprint,
    without_blanks,
)
from feeds.sources.mapping import PATTERN, DeviceRow, ReadingMapping, Series, named, zone_of

__all__ = ["ReadingTable", "device_record", "reading_record"]


class _Column(NamedTuple):
    name: str
    device: str
    series: Series


class ReadingTable:
    """A table of readings: first the devices, then their readings in the order of time."""

    topic = "sensor"
    rate: float | None = None

    def __init__(self, path: Path, mapping: ReadingMapping, options: OpenOptions) -> None:
        self.name = options.name or path.name.split(".")[0]
        self.total: int | None = None
        self.remarks: list[Remark] = []
        self._path = path
        self._mapping = mapping
        self._options = options
        self._zone = zone_of(mapping.zone)
        self._blank = frozenset({"", *mapping.blank})

    def records(self) -> Iterator[Record]:
        """Yield `device` and `reading` records; an empty cell is no reading and no remark."""
        self.remarks = []
        columns = self._columns()
        rows = sorted(self._rows(columns), key=lambda row: row[0])
        if not rows:
            return
        spoken = {device for _, values in rows for device, _, _ in values}
        for device in self._mapping.device:
            if device.device in spoken:
                yield device_record(device, rows[0][0], self._options)
        for at, values in rows:
            for device_id, series, value in values:
                yield reading_record(device_id, series.metric, value, at=at, unit=series.unit)

    def _columns(self) -> list[_Column]:
        header = tables.header(self._path)
        found = []
        for series in self._mapping.series:
            for name in named(series.column, header):
                found.append(_Column(name, _device_of(series, name), series))  # noqa: PERF401  # reads better than a double comprehension
        if not found:
            message = f"{self._path.name}: none of the mapping's series is a column"
            raise SourceError(message)
        return found

    def _rows(self, columns: list[_Column]) -> Iterator[tuple[float, list[tuple[str, Series, float]]]]:
        for number, row in tables.rows(self._path):
            where = f"row {number}"
            try:
                at = self._moment(row)
            except ValueError as error:
                self.remarks.append(Remark(where, " ".join(self._mapping.time), str(error)))
                continue
            values = []
            for column in columns:
                device = column.device or self._device(row)
                value = self._value(where, row, column.name)
                if device and value is not None:
                    values.append((device, column.series, round(value * column.series.scale, 6)))
            yield at, values

    def _moment(self, row: dict[str, Any]) -> float:
        names = self._mapping.time
        value = row.get(names[0])
        if len(names) > 1:
            value = " ".join(tables.text(row.get(name), self._blank) for name in names)
        return tables.moment(value, self._mapping.times, self._zone)

    def _device(self, row: dict[str, Any]) -> str:
        return tables.text(row.get(self._mapping.device_column), self._blank)

    def _value(self, where: str, row: dict[str, Any], column: str) -> float | None:
        try:
            return tables.number(row.get(column), self._blank)
        except ValueError as error:
            self.remarks.append(Remark(where, column, str(error)))
            return None


def _device_of(series: Series, column: str) -> str:
    if not series.column.startswith(PATTERN):
        return series.device
    found = re.fullmatch(series.column.removeprefix(PATTERN), column)
    return series.device.format(**found.groupdict()) if found else series.device


def device_record(device: DeviceRow, at: float, options: OpenOptions) -> Record:
    """Return the `device` record; a position of the options counts before the file's own."""
    lon, lat = device.lon, device.lat
    if options.lon is not None and options.lat is not None:
        lon, lat = options.lon, options.lat
    told = without_blanks(
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
    return {"id": f"{device.device[:100]}.{fingerprint(told)}", "at": iso(at), **told}


def reading_record(device: str, metric: str, value: float, *, at: float, unit: str) -> Record:
    """Return a `reading` record; its id is device, metric and the moment in the file."""
    record: Record = {
        "id": f"{device[:60]}/{metric[:40]}/{at:.3f}",
        "at": iso(at),
        "kind": "reading",
        "device": device,
        "metric": metric,
        "value": value,
    }
    return {**record, "unit": unit} if unit else record
