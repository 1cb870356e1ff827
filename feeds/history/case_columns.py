"""The columns of the case history, and how a case of the ledger becomes a row.

``x``, ``y`` are metres EPSG:3857, to the metre (NaN = the report has an address only). No column holds a
person, a number of a case or typed text.
"""

import math
from collections.abc import Iterable, Sequence
from typing import Any, Final

import pyarrow as pa

from city.state.ledger_state import Case

__all__ = ["CODES", "SCHEMA", "table_of", "to_metres"]

CODES: Final = ("category", "agency", "street", "source", "urgency")
"""Columns of few different texts: class (``kind:code``), holder, street code, client, urgency."""

_CODE: Final = pa.dictionary(pa.int32(), pa.string())
SCHEMA: Final = pa.schema(
    {
        "at": pa.timestamp("s", tz="UTC"), "closed_at": pa.timestamp("s", tz="UTC"),
        "x": pa.float32(), "y": pa.float32(), **dict.fromkeys(CODES, _CODE),
        "in_time": pa.int8(),
    }
)  # fmt: skip
"""``in_time``: 1 closed within the citizen's limit, 0 not, -1 not known (open, or without a limit)."""

_RADIUS: Final = 6_378_137.0


def to_metres(lon: float, lat: float) -> tuple[float, float]:
    """Return WGS84 degrees as metres EPSG:3857."""
    return _RADIUS * math.radians(lon), _RADIUS * math.asinh(math.tan(math.radians(lat)))


def table_of(cases: Iterable[Case]) -> pa.Table:
    """Return the rows of some cases, in their order."""
    rows = [_row(case) for case in cases]
    columns: Sequence[Sequence[Any]] = list(zip(*rows, strict=True)) if rows else [()] * len(SCHEMA.names)
    arrays = [
        _dictionary(column)
        if name in CODES
        else pa.array(column, pa.int64() if name in ("at", "closed_at") else SCHEMA.field(name).type)
        for name, column in zip(SCHEMA.names, columns, strict=True)
    ]
    return pa.table(dict(zip(SCHEMA.names, arrays, strict=True))).cast(SCHEMA)


def _dictionary(column: Sequence[str]) -> pa.Array:
    return pa.array(column, pa.string()).dictionary_encode()


def _row(case: Case) -> tuple[Any, ...]:
    closed_at, due_at = case.file.closed_at, case.due_at
    known = math.isfinite(case.place.lon) and math.isfinite(case.place.lat)
    x, y = to_metres(case.place.lon, case.place.lat) if known else (math.nan, math.nan)
    in_time = -1 if closed_at is None or due_at is None else int(closed_at <= due_at)
    category = f"{case.kind}:{case.code}" if case.code else ""
    closed = None if closed_at is None else int(closed_at)
    return (
        int(case.at), closed, x, y, category, case.holder, case.place.street, case.client, case.urgency,
        in_time,
    )  # fmt: skip
