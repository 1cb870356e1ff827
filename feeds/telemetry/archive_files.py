"""The Parquet files of the telemetry archive: one column per protocol field, other fields as JSON."""

import json
import os
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from city.clocks.timestamps import parse
from feeds.protocol.cursors import stream_text
from feeds.storage.files import sync_folder
from feeds.telemetry.telemetry import TelemetryEntry

__all__ = ["SCHEMAS", "HourFile"]

ROWS_AT_ONCE = 20_000
MOMENT = pa.timestamp("us", tz="UTC")
COMMON = {
    "log_id": pa.string(), "client": pa.string(), "received": MOMENT, "id": pa.string(), "at": MOMENT,
    "kind": pa.string(), "lon": pa.float64(), "lat": pa.float64(), "crs": pa.string(),
}  # fmt: skip
FIELDS: dict[str, dict[str, Any]] = {
    "sensor": {
        "device": pa.string(), "metric": pa.string(), "value": pa.float64(), "unit": pa.string(),
        "quality": pa.string(), "unregistered": pa.bool_(),
    },
    "camera": {
        "camera": pa.string(), "class": pa.string(), "confidence": pa.float64(), "algorithm": pa.string(),
        "version": pa.string(), "state": pa.string(), "sha256": pa.string(), "bytes": pa.int64(),
    },
    "unit": {
        "unit": pa.string(), "call_sign": pa.string(), "agency": pa.string(), "speed": pa.float64(),
        "heading": pa.float64(), "state": pa.string(),
    },
}  # fmt: skip
"""Columns by topic; ``lon``, ``lat`` WGS84 degrees. Values without a column, or of another type: ``more``."""

SCHEMAS = {topic: pa.schema({**COMMON, **own, "more": pa.string()}) for topic, own in FIELDS.items()}

Fits = dict[str, Callable[[Any], Any]]
_decoder = msgspec.json.Decoder(list[dict[str, Any]])


class HourFile:
    """A Parquet file being written; it gets its final name when it is complete and on disk."""

    def __init__(self, path: Path, topic: str) -> None:
        self._path = path
        self._partial = path.with_name(f"{path.name}.partial")
        path.parent.mkdir(parents=True, exist_ok=True)
        self._schema = SCHEMAS[topic]
        self._fits = FITS[topic]
        self._writer = pq.ParquetWriter(self._partial, self._schema, compression="zstd")
        self._columns: dict[str, list[Any]] = {name: [] for name in self._schema.names}
        self.rows = 0

    def add(self, entries: Sequence[TelemetryEntry]) -> None:
        """Add the records of batches. Raises OSError."""
        for entry in entries:
            self._add(entry)
        if len(self._columns["log_id"]) >= ROWS_AT_ONCE:
            self._flush()

    def _add(self, entry: TelemetryEntry) -> None:
        """Add the records of one batch column by column; values that fit no column go to ``more`` as JSON."""
        columns = self._columns
        records = _decoder.decode(entry.records)
        for record in records:
            record.update(client=entry.client, received=entry.received)
        columns["log_id"] += [f"{stream_text(entry.id)}.{index}" for index in range(len(records))]
        for name, fit in self._fits.items():
            add = columns[name].append
            for record in records:
                value = record.get(name)
                fitted = None if value is None else fit(value)
                if fitted is not None:
                    del record[name]
                add(fitted)
        columns["more"] += [_json(record) if record else None for record in records]

    def _flush(self) -> None:
        columns = [pa.array(self._columns[field.name], field.type) for field in self._schema]
        table = pa.Table.from_arrays(columns, schema=self._schema)
        self._writer.write_table(table)
        self.rows += table.num_rows
        self._columns = {name: [] for name in self._schema.names}

    def close(self) -> None:
        """Finish the file and give it its final name. Raises OSError."""
        self._flush()
        self._writer.close()
        with self._partial.open("rb") as file:
            os.fsync(file.fileno())
        self._partial.rename(self._path)
        sync_folder(self._path.parent)

    def drop(self) -> None:
        """Delete the file if it is incomplete."""
        self._writer.close()
        self._partial.unlink(missing_ok=True)


def _json(value: dict[str, Any]) -> str:
    try:
        return msgspec.json.encode(value).decode()
    except OverflowError:  # an integer beyond 64 bits; the standard library is slower but writes any integer
        return json.dumps(value, ensure_ascii=False)


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _flag(value: Any) -> bool | None:
    return value if isinstance(value, bool) else None


def _whole(value: Any) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if abs(value) < 2**53 else None


def _number(value: Any) -> float | None:
    if isinstance(value, float):
        return value
    whole = _whole(value)
    return None if whole is None else float(whole)


def _micros(value: Any) -> int | None:
    return _moment(value) if isinstance(value, str) else None


@lru_cache(maxsize=1024)  # records of a batch share their times
def _moment(text: str) -> int | None:
    try:
        return round(parse(text) * 1e6)
    except ValueError:
        return None


FITTING: dict[Any, Callable[[Any], Any]] = {
    pa.string(): _text, pa.bool_(): _flag, pa.int64(): _whole, pa.float64(): _number, MOMENT: _micros,
}  # fmt: skip
FITS: dict[str, Fits] = {
    topic: {name: FITTING[kind] for name, kind in {**COMMON, **own}.items() if name != "log_id"}
    for topic, own in FIELDS.items()
}
