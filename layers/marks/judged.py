"""The rank of every reading: normal, off normal, or no valid data. Only changed rows are judged again."""

from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from city.state.columns import Journal
from city.views.wall_seen import ReadingsSeen
from layers.contract import MapSetting
from layers.normal_limits import Limit, Line, ranks, scale
from layers.projection import to_mercator

__all__ = ["LOST", "Judged", "judge"]

LOST: Final = 5
"""Rank of no data, after 0 (normal) to 4 (red)."""

Floats = NDArray[np.float64]
Ranks = NDArray[np.uint8]
Flags = NDArray[np.bool_]
Rows = NDArray[np.intp]

_READ: Final = (
    "device", "metric", "kind", "name", "street", "unit", "quality", "value", "at", "as_of", "interval",
    "lon", "lat", "lost", "owner",
)  # fmt: skip


class Judged:
    """Rank and place of each reading. With a journal a look costs the rows that changed.

    ``told`` are the rows that other layers show in an emergency: rain, wind, and stations with a capsule.
    ``read_rows`` counts the rows that were judged.
    """

    def __init__(self, setting: MapSetting) -> None:
        self._setting = setting
        self._kinds = {limit.kind for limit in setting.limits}
        self.read_rows = 0
        self._begin(None)

    def _begin(self, journal: Journal | None) -> None:
        self._journal, self._revision = journal, 0
        self._rank = np.zeros(0, dtype=np.uint8)
        self._told = np.zeros(0, dtype=np.bool_)
        self._x, self._y = np.zeros(0), np.zeros(0)
        self._count = 0
        self._devices: set[str] = set()

    @property
    def told(self) -> Flags:
        """Which rows other layers show in an emergency."""
        return self._told[: self._count]

    def read(self, readings: ReadingsSeen) -> tuple[Ranks, Floats, Floats]:
        """Return rank and place (metres, EPSG:3857) of every row."""
        journal = readings.journal
        if journal is None or journal is not self._journal or len(readings.ids) < self._count:
            self._begin(journal)
        revision = 0 if journal is None else journal.revision
        rows = None if journal is None else journal.since(self._revision)
        before, self._count = self._count, len(readings.ids)
        self._grow()
        if rows is None:
            rows = np.arange(self._count, dtype=np.intp)
        # The journal may be ahead of this view of the readings; such rows come with the next one.
        fresh = rows[rows < self._count]
        self._revision = revision if len(fresh) == len(rows) else self._revision
        self._take(readings, fresh)
        self._devices.update(readings.device[before : self._count])
        count = self._count
        return self._rank[:count], self._x[:count], self._y[:count]

    def counts(self, readings: ReadingsSeen) -> dict[str, Any]:
        """Count devices, not rows: one is off normal if one of its readings is, lost if one is lost.

        Kinds without a limit are counted under '', because a publisher may use any class name.
        """
        rank = self._rank[: self._count]
        off = np.flatnonzero((rank > 0) & (rank < LOST))
        lost = np.flatnonzero(rank == LOST)
        kinds: dict[str, dict[str, int]] = {}
        for name, rows in (("off_normal", off), ("lost", lost)):
            for kind, _ in {(str(readings.kind[row]), readings.device[row]) for row in rows}:
                counts = kinds.setdefault(kind if kind in self._kinds else "", {"off_normal": 0, "lost": 0})
                counts[name] += 1
        return {
            "off_normal": len(set(readings.device[off])),
            "lost": len(set(readings.device[lost])),
            "total": len(self._devices),
            "unplaced": int(np.isnan(readings.lon[rank > 0]).sum()),
            "kinds": kinds,
        }

    def _grow(self) -> None:
        more = 2 * self._count - len(self._rank)
        if self._count > len(self._rank):
            self._rank = np.concatenate([self._rank, np.zeros(more, dtype=np.uint8)])
            self._told = np.concatenate([self._told, np.zeros(more, dtype=np.bool_)])
            self._x = np.concatenate([self._x, np.full(more, np.nan)])
            self._y = np.concatenate([self._y, np.full(more, np.nan)])

    def _take(self, readings: ReadingsSeen, rows: Rows) -> None:
        if not len(rows):
            return
        self.read_rows += len(rows)
        part = _part(readings, rows)
        self._rank[rows] = judge(part, self._setting.limits, self._setting.lines)
        self._x[rows], self._y[rows] = to_mercator(part.lon, part.lat)
        self._told[rows] = self._is_told(part)

    def _is_told(self, readings: ReadingsSeen) -> Flags:
        kind = readings.kind
        told = np.asarray((kind == "rain_gauge") | (kind == "wind"), dtype=np.bool_)
        of = self._setting.stations.of
        for row in np.flatnonzero((kind == "water_level") | (kind == "tide")):
            told[row] = of(str(readings.device[row]), str(readings.name[row])) is not None
        return told


def _part(readings: ReadingsSeen, rows: Rows) -> ReadingsSeen:
    if len(rows) == len(readings.ids):
        return readings
    columns = {name: getattr(readings, name)[rows] for name in _READ}
    ids = tuple(readings.ids[row] for row in rows.tolist())
    return msgspec.structs.replace(readings, ids=ids, **columns, journal=None)


def judge(readings: ReadingsSeen, limits: tuple[Limit, ...], lines: tuple[Line, ...]) -> NDArray[np.uint8]:
    """Return each row's rank: 0 normal or not judged, 1 to 4 blue to red, ``LOST`` no valid data.

    The gauge's own line applies first, then the first limit that fits a row.
    """
    rank = np.zeros(len(readings.ids), dtype=np.uint8)
    open_ = np.ones(len(rank), dtype=np.bool_)
    known = {*readings.device, *readings.name} if lines else set()
    for line in lines:
        if line.device not in known:
            continue
        fits = open_ & ((readings.device == line.device) | (readings.name == line.device))
        _judge(readings, fits, line, rank)
        open_ &= ~fits
    for limit in limits:
        fits = open_.copy()
        if limit.kind:
            fits &= readings.kind == limit.kind
        if limit.metric:
            fits &= readings.metric == limit.metric
        _judge(readings, fits, limit, rank)
        open_ &= ~fits
    # Only devices with a limit count as lost here; other lost devices are in the device list.
    lost = ~open_ & (readings.lost | (readings.quality == "bad") | np.isnan(readings.value))
    rank[lost] = LOST
    return rank


def _judge(
    readings: ReadingsSeen, fits: NDArray[np.bool_], limit: Limit | Line, rank: NDArray[np.uint8]
) -> None:
    rows = np.flatnonzero(fits)
    if len(rows):
        values = readings.value[rows] * scale(readings.unit[rows], limit.unit)
        rank[rows] = ranks(values, limit.steps)
