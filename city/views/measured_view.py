"""Readings and positions of units as views hold them: a look costs what was measured since the last one.

The columns are the state's own. Only ages are computed, and only of rows that were written, or whose time
has come to be lost.
"""

import heapq
from collections.abc import Callable
from typing import Final

import numpy as np
import numpy.typing as npt

from city.clocks.city_clock import CityClock
from city.clocks.freshness import LOST_AFTER, UNIT_STALE_S, measured_as_of
from city.state.columns import Columns, Journal
from city.state.ledger_state import CityState
from city.views.wall_seen import ReadingsSeen, UnitsSeen

__all__ = ["Ages", "MeasuredView"]

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Rows = npt.NDArray[np.intp]

ROUNDING_S: Final = 0.001
"""Rows are looked at so much before their time: the sum that tells it is rounded, the test is not."""


class Ages:
    """``as_of`` and ``lost`` of every row of a table, kept row by row.

    ``span_s`` returns after how many seconds rows are lost. ``journal`` has the rows that were written or
    became lost; it is another one when everything was computed anew. ``read`` counts the rows computed.
    """

    def __init__(self, span_s: Callable[[Columns, Rows], Floats]) -> None:
        self._span_s = span_s
        self.read = 0
        self._begin(None, None)

    def _begin(self, columns: Columns | None, clock: CityClock | None) -> None:
        self._columns, self._clock = columns, clock
        self._revision, self._now = 0, -np.inf
        self.journal = Journal()
        self._ids: tuple[str, ...] = ()
        self._as_of = np.full(0, np.nan)
        self._lost = np.zeros(0, dtype=np.bool_)
        self._until = np.full(0, np.nan)
        """Time at which a row is looked at again, NaN for none; one entry of ``_due`` each."""
        self._due: list[tuple[float, int]] = []

    def see(
        self, columns: Columns, clock: CityClock, now: float
    ) -> tuple[tuple[str, ...], Floats, Flags]:  # fmt: skip
        """Return the ids, ``as_of`` and ``lost`` of all rows at machine time ``now``; they are not copied."""
        # Without news a row only becomes lost. A clock that was set back can make it live again.
        if columns is not self._columns or clock != self._clock or now < self._now:
            self._begin(columns, clock)
        self._now = now
        revision = columns.journal.revision
        rows = columns.journal.since(self._revision)
        self._revision = revision
        self._grow(columns)
        self._take(np.arange(len(columns)) if rows is None else rows, columns, clock)
        self._take(self._due_rows(), columns, clock)
        count = len(columns)
        return self._ids, self._as_of[:count], self._lost[:count]

    def _grow(self, columns: Columns) -> None:
        count = len(columns)
        if count == len(self._ids):
            return
        self._ids = tuple(columns.ids)
        more = max(64, 2 * count) - len(self._as_of)
        if count > len(self._as_of):
            self._as_of = np.concatenate([self._as_of, np.full(more, np.nan)])
            self._until = np.concatenate([self._until, np.full(more, np.nan)])
            self._lost = np.concatenate([self._lost, np.ones(more, dtype=np.bool_)])

    def _take(self, rows: Rows, columns: Columns, clock: CityClock) -> None:
        if not len(rows):
            return
        self.read += len(rows)
        as_of = measured_as_of(columns.column("at")[rows], columns.column("received")[rows], clock)
        span = self._span_s(columns, rows)
        lost = ~(self._now - as_of <= span)
        self._as_of[rows], self._lost[rows] = as_of, lost
        # A row waits for its first time only; if it was heard again meanwhile, it then waits anew.
        until = as_of + span
        waits = ~lost & ~(self._until[rows] <= until)
        self._until[rows[waits]] = until[waits]
        for moment, row in zip(until[waits].tolist(), rows[waits].tolist(), strict=True):
            heapq.heappush(self._due, (moment, row))
        for row in rows.tolist():
            self.journal.note(row)

    def _due_rows(self) -> Rows:
        due: list[int] = []
        while self._due and self._due[0][0] <= self._now + ROUNDING_S:
            moment, row = heapq.heappop(self._due)
            if self._until[row] == moment:
                self._until[row] = np.nan
                due.append(row)
        return np.array(due, dtype=np.intp)


class MeasuredView:
    """Keeps what one channel sees of readings and units."""

    def __init__(self) -> None:
        self.readings_ages = Ages(lambda table, rows: LOST_AFTER * table.column("interval")[rows])
        self.units_ages = Ages(lambda _, rows: np.full(len(rows), UNIT_STALE_S))

    def readings(self, state: CityState, now: float) -> ReadingsSeen:
        """Return the newest readings at machine time ``now``."""
        r = state.measured.readings
        ids, as_of, lost = self.readings_ages.see(r, state.ledger.clock, now)
        return ReadingsSeen(
            ids=ids, device=r.column("device"), metric=r.column("metric"), kind=r.column("kind"),
            name=r.column("name"), street=r.column("street"), unit=r.column("unit"),
            quality=r.column("quality"), value=r.column("value"), at=r.column("at"), as_of=as_of,
            interval=r.column("interval"), lon=r.column("lon"), lat=r.column("lat"), lost=lost,
            owner=r.column("owner"), hour=state.measured.last_hour.seen(),
            journal=self.readings_ages.journal,
        )  # fmt: skip

    def units(self, state: CityState, now: float) -> UnitsSeen:
        """Return the newest positions of units at machine time ``now``."""
        u = state.measured.units
        ids, as_of, lost = self.units_ages.see(u, state.ledger.clock, now)
        return UnitsSeen(
            ids=ids, call_sign=u.column("call_sign"), kind=u.column("kind"), agency=u.column("agency"),
            state=u.column("state"), lon=u.column("lon"), lat=u.column("lat"),
            heading=u.column("heading"), as_of=as_of, lost=lost, journal=self.units_ages.journal,
        )  # fmt: skip
