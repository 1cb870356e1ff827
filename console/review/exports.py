"""Exports of a review's selection: CSV and GeoParquet files, offered for an hour to who made them."""

import json
import secrets
import struct
import time
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from layers.projection import to_degrees

__all__ = ["FORMATS", "MOST_ROWS", "Exports", "write_csv", "write_geoparquet"]

FORMATS: Final = ("csv", "parquet")
MOST_ROWS: Final = 5_000_000
KEPT_S: Final = 3600.0


class Exports:
    """The folder of exported files. A file is named by a random text that only its maker is told."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._owners: dict[str, tuple[str, float]] = {}

    def write(self, frame: pd.DataFrame, kind: str, account: str) -> str:
        """Write a selection and return the file's name. Raises ValueError for too many rows."""
        if len(frame) > MOST_ROWS:
            message = f"rows: expected {MOST_ROWS} or fewer, got {len(frame)}"
            raise ValueError(message)
        self._drop_old()
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        name = f"{secrets.token_urlsafe(12)}.{kind}"
        {"csv": write_csv, "parquet": write_geoparquet}[kind](frame, self._folder / name)
        self._owners[name] = (account, time.monotonic())
        return name

    def path(self, name: str, account: str) -> Path | None:
        """Return a file of an account, None for another's, an old one or none."""
        owner, at = self._owners.get(name, ("", 0.0))
        if not owner or owner != account or time.monotonic() - at > KEPT_S:
            return None
        return self._folder / name

    def _drop_old(self) -> None:
        now = time.monotonic()
        for name, (_, at) in list(self._owners.items()):
            if now - at > KEPT_S:
                del self._owners[name]
        for path in self._folder.glob("*"):
            if path.name not in self._owners:
                path.unlink(missing_ok=True)


def _placed(frame: pd.DataFrame) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
    """Return the rows without ``x``, ``y``, and their WGS84 degrees (NaN = without a position)."""
    lon, lat = to_degrees(frame["x"].to_numpy(dtype=float), frame["y"].to_numpy(dtype=float))
    return frame.drop(columns=["x", "y"]), np.round(lon, 5), np.round(lat, 5)


def write_csv(frame: pd.DataFrame, path: Path) -> None:
    """Write a selection as CSV (UTF-8 with a mark, for spreadsheets); ``lon``, ``lat`` are WGS84 degrees."""
    rows, lon, lat = _placed(frame)
    rows.assign(lon=lon, lat=lat).to_csv(path, index=False, encoding="utf-8-sig")


def write_geoparquet(frame: pd.DataFrame, path: Path) -> None:
    """Write a selection as GeoParquet 1.1: WKB points in WGS84 degrees, null without a position."""
    rows, lon, lat = _placed(frame)
    points = [
        None if x != x or y != y else struct.pack("<BIdd", 1, 1, x, y)
        for x, y in zip(lon.tolist(), lat.tolist(), strict=True)
    ]
    table = pa.Table.from_pandas(rows, preserve_index=False).append_column(
        "geometry", pa.array(points, pa.binary())
    )
    geo: dict[str, Any] = {
        "version": "1.1.0", "primary_column": "geometry",
        "columns": {"geometry": {"encoding": "WKB", "geometry_types": ["Point"]}},  # in CRS84
    }  # fmt: skip
    kept = table.schema.metadata or {}
    pq.write_table(
        table.replace_schema_metadata({**kept, b"geo": json.dumps(geo).encode()}), path, compression="zstd"
    )
