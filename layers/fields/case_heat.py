"""The heat of open cases: each a full pass of datashader over the columns of the cases."""

from typing import Final, Protocol

import msgspec
import numpy as np
from numpy.typing import NDArray

from city.clocks.city_clock import CityClock
from city.views.case_points import CaseColumns, columns_of
from city.views.response.response_seen import ResponseSeen
from city.views.wall_seen import CaseSeen
from layers.fields.density import Area, density, mean, worst
from layers.fields.heat_choices import HeatChoice
from layers.projection import to_mercator

__all__ = ["WORST_REACH_M", "CaseHeat", "PlacedCases", "SeesCases", "state_of"]

Floats = NDArray[np.float64]
Grid = NDArray[np.float32]

WORST_REACH_M: Final = 250.0
"""How far a case shows its state around it."""
SOON_SHARE: Final = 0.8
"""From this share of its limit on a case is due soon (look: amber from 80 %)."""
CRITICAL: Final = 2.0
FAINTEST: Final = 0.125
"""Cases per km² below which no share of limits is told: where the density has no colour either."""


class SeesCases(Protocol):
    """The part of a view that the heat needs."""

    @property
    def cases(self) -> tuple[CaseSeen, ...]:
        """Open cases."""

    @property
    def clock(self) -> CityClock:
        """City time."""

    @property
    def response(self) -> ResponseSeen:
        """The response levels in force."""


class PlacedCases(msgspec.Struct, frozen=True, eq=False):
    """Open cases in metres, EPSG:3857 (NaN = address only); the rest as in ``CaseColumns``."""

    x: Floats
    y: Floats
    at: Floats
    until: Floats
    urgency: Floats


class CaseHeat:
    """The cases of one choice, projected once per change of the cases."""

    def __init__(self, choice: HeatChoice) -> None:
        self.choice = choice
        self._kept: tuple[object, PlacedCases] | None = None

    def cases(self, seen: SeesCases) -> PlacedCases:
        """Return the cases in metres."""
        columns: CaseColumns | None = getattr(seen, "case_columns", None)
        of = seen.cases if columns is None else columns
        kept = self._kept
        if kept is None or kept[0] is not of:
            kept = (of, _placed(columns_of(seen.cases) if columns is None else columns))
            self._kept = kept  # one atomic assignment: no thread reads a partial value
        return kept[1]

    def shown(self, cases: PlacedCases, city: float) -> NDArray[np.bool_]:
        """Return which cases the choice shows at city time ``city``, those without a place included."""
        kind, window = self.choice.kind, self.choice.window_s
        if kind == "cases":
            return np.asarray(cases.at > city - window)
        if kind == "breach":
            return np.asarray((cases.until > city) & (cases.until <= city + window))
        if kind == "burn":
            return np.asarray(cases.until > cases.at)
        return np.ones(len(cases.at), dtype=np.bool_)

    def field(self, cases: PlacedCases, shown: NDArray[np.bool_], city: float, area: Area) -> Grid:
        """Return the value of each cell of the area, row 0 the southernmost."""
        rows = shown & np.isfinite(cases.x)
        x, y = cases.x[rows], cases.y[rows]
        if self.choice.kind == "burn":
            return _burn(x, y, cases.at[rows], cases.until[rows], city, area)
        if self.choice.kind == "worst":
            states = state_of(cases.at[rows], cases.until[rows], cases.urgency[rows], city)
            return worst(x, y, states, area, WORST_REACH_M)
        return density(x, y, area)


def _placed(columns: CaseColumns) -> PlacedCases:
    x, y = to_mercator(columns.lon, columns.lat)
    return PlacedCases(x, y, columns.at, columns.until, columns.urgency)


def _burn(x: Floats, y: Floats, at: Floats, until: Floats, city: float, area: Area) -> Grid:
    """Return the mean of elapsed time divided by the limit where there are cases."""
    found, near = mean(x, y, (city - at) / (until - at), area)
    found[near < FAINTEST] = 0.0
    return np.maximum(found, 0.0)


def state_of(at: Floats, until: Floats, urgency: Floats, city: float) -> Floats:
    """Return the state of each case: 1 in time, 2 due soon, 3 overdue, 4 critical (特急)."""
    soon = city - at >= SOON_SHARE * (until - at)  # False without a limit
    found = np.where(until < city, 3.0, np.where(soon, 2.0, 1.0))
    return np.asarray(np.where(urgency >= CRITICAL, 4.0, found))
