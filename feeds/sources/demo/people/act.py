"""An act of a simulated person, and the state of a case on which acts are decided."""

import math
from functools import cached_property
from typing import Any, Final

import msgspec

from city.dispatch.tables.categories import Category
from city.state.ledger_state import Case
from feeds.sources.demo.cases.fate import MIN, Fate
from feeds.sources.demo.chance import Dice, about, dice
from feeds.sources.demo.ground import M_PER_LAT, M_PER_LON
from feeds.sources.demo.people.people import People
from feeds.sources.demo.people.pictures import VARIANTS, picture_id

__all__ = ["Act", "Look"]

_NEAR_M: Final = 12.0


class Act(msgspec.Struct, frozen=True):
    """A command that ``account`` sends at a city time (epoch seconds)."""

    at: float
    account: str
    verb: str
    args: dict[str, Any] = {}  # msgspec copies it


class Look(msgspec.Struct, frozen=True, dict=True):
    """The state of a case of our own at one time.

    ``now`` is city time, ``twin`` the key of the open case that this one repeats ('' for none).
    """

    case: Case
    category: Category
    fate: Fate
    people: People
    now: float
    twin: str = ""

    @cached_property
    def no(self) -> str:
        """The key of the case's random numbers: its number in its source."""
        return self.case.external[0][1] if self.case.external else self.case.key

    @property
    def quick(self) -> bool:
        """Whether its limit is in urgent hours."""
        return (self.case.file.limit_unit or self.category.limit_unit) == "urgent_hour"

    @property
    def as_planned(self) -> bool:
        """Whether the case is where its fate sent it: no user of the desk has moved it."""
        returns = len(self.fate.returns)
        return self.case.file.dispatches <= 1 + returns + (returns > 1)

    def dice(self, *keys: object) -> Dice:
        """Return the case's random generator for these keys."""
        return dice(self.no, *keys)

    def when(self, planned: float, since: float, low: float, high: float, *key: object) -> float:
        """Return the time of an act: as planned, but at least some time after ``since``.

        In two of three draws that is ``low`` to ``high`` minutes, in the others less or more.
        """
        middle, spread = math.sqrt(low * high), 0.5 * math.log(high / low)
        return max(planned, since + about(self.dice(*key), middle, spread, low / 2, high * 3) * MIN)

    def spot(self, *key: object) -> dict[str, float]:
        """Return a position some metres from the case, {} when its position is unknown."""
        place, rng = self.case.place, self.dice("spot", *key)
        if math.isnan(place.lon) or math.isnan(place.lat):
            return {}
        east, north = rng.uniform(-_NEAR_M, _NEAR_M), rng.uniform(-_NEAR_M, _NEAR_M)
        return {
            "lon": round(place.lon + east / M_PER_LON, 6), "lat": round(place.lat + north / M_PER_LAT, 6),
        }  # fmt: skip

    def photo(self, what: str) -> str:
        """Return the id of a picture of the demo; ``what`` says what it shows."""
        return picture_id(what, self.dice("photo", what).randrange(VARIANTS))
