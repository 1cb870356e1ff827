"""Shift times: which shift a time belongs to, and which one follows (domain §3.8)."""

import re
from datetime import UTC, date, datetime
from typing import Final

import msgspec

from city.state.duty_records import Shift

__all__ = ["ShiftSpan", "ShiftTimes"]

DAY_S: Final = 86_400
_ID: Final = re.compile(r"(?P<place>[A-Za-z0-9_]{1,20})-(?P<day>\d{4}-\d{2}-\d{2})-(?P<kind>day|night)")


class ShiftSpan(msgspec.Struct, frozen=True):
    """The id, kind and times (city epoch seconds) of a shift; it does not hold the second ``ends_at``."""

    id: str
    kind: str
    starts_at: float
    ends_at: float


class ShiftTimes(msgspec.Struct, frozen=True):
    """When the shifts of a jurisdiction begin: seconds of the local day in a zone east of UTC (seconds).

    Either of the two may begin first in the calendar day: the other one goes past midnight.
    """

    jurisdiction: str
    day_starts: int = 30_600
    night_starts: int = 73_800
    zone_offset_s: int = 28_800

    def at(self, city_time: float) -> ShiftSpan:
        """Return the shift that holds a city time (epoch seconds)."""
        day, second = divmod(int(city_time // 1) + self.zone_offset_s, DAY_S)
        first, last = ("day", "night") if self.day_starts < self.night_starts else ("night", "day")
        if second < min(self.day_starts, self.night_starts):
            return self._of(day - 1, last)
        return self._of(day, first if second < max(self.day_starts, self.night_starts) else last)

    def of(self, shift_id: str) -> ShiftSpan | None:
        """Return the shift of an id ``<jurisdiction>-<YYYY-MM-DD>-<kind>``, None for another id."""
        told = _ID.fullmatch(shift_id)
        if told is None or told["place"] != self.jurisdiction:
            return None
        try:
            day = date.fromisoformat(told["day"])
        except ValueError:
            return None
        return self._of((day - date(1970, 1, 1)).days, told["kind"])

    def after(self, span: ShiftSpan | Shift, now: float) -> ShiftSpan:
        """Return the shift that takes over from one: the next one, or the present one if the next is over."""
        following = self.at(span.ends_at)
        return self.at(now) if following.ends_at <= now else following

    def _of(self, day: int, kind: str) -> ShiftSpan:
        begins, other = (
            (self.day_starts, self.night_starts) if kind == "day" else (self.night_starts, self.day_starts)
        )
        ends = other if other > begins else other + DAY_S
        midnight = day * DAY_S - self.zone_offset_s
        name = datetime.fromtimestamp(day * DAY_S, UTC).date().isoformat()
        return ShiftSpan(
            f"{self.jurisdiction}-{name}-{kind}", kind, float(midnight + begins), float(midnight + ends)
        )
