"""Tracks: series of important cases for the wall, so that there are always some but never too many.

A track is a series of consecutive cases; each period of a track holds one case that ends within it. The
number of tracks is therefore the number of such cases at any time, except for short pauses. Everything is
determined by (seed, track, period).
"""

import re
from collections.abc import Callable
from typing import Final

import msgspec

from city.dispatch.tables.categories import Category
from feeds.sources.demo.cases.fate import MIN, Fate, ordinary
from feeds.sources.demo.cases.limits import due
from feeds.sources.demo.chance import Dice, about, dice, stamp

__all__ = ["FLOOD", "TRACKS", "Track", "Turn", "fate_of", "is_staged", "staged", "turn"]

FLOOD: Final = "component:0207"
"""The flooded underpass: a gauge rises during its case (devices.py)."""

_CRITICAL: Final = (
    FLOOD, "event:0502", "event:0505", "event:0501", FLOOD, "component:0402", "event:0695",
)  # fmt: skip
_URGENT: Final = (
    "event:0505", "component:0103", "component:0402", "event:0506", "component:0102", "component:0101",
    "component:0125",
)  # fmt: skip
"""Classes of two urgent hours: the second half of such a case is due within the hour."""
_NO_OWNER: Final = ("component:0123",)
_DISPUTED: Final = ("component:0104", "component:0127", "component:0128", "component:0221")
"""No hazards: their rulings have two hours."""
_NUMBER: Final = re.compile(r"ZD\d{8}-\d{4}-\d+-([A-Z])")


class Track(msgspec.Struct, frozen=True):
    """``period_s`` and ``offset_s`` in seconds; ``shape`` names the course of its cases; ``chance`` 0..1."""

    name: str
    shape: str
    urgency: str
    period_s: float
    offset_s: float
    pool: tuple[str, ...]
    chance: float = 1.0

    def period(self, at: float) -> int:
        """Return the number of the period that contains a time (epoch seconds)."""
        return int((at - self.offset_s) // self.period_s)


TRACKS: Final = (
    Track("A", "plain", "critical", 54 * MIN, 0, _CRITICAL),
    Track("B", "plain", "critical", 59 * MIN, 31 * MIN, _CRITICAL),
    Track("C", "hazard_ruling", "critical", 88 * MIN, 12 * MIN, _NO_OWNER, 0.3),
    Track("D", "plain", "urgent", 115 * MIN, 5 * MIN, _URGENT),
    Track("E", "plain", "urgent", 117 * MIN, 28 * MIN, _URGENT),
    Track("F", "plain", "urgent", 118 * MIN, 52 * MIN, _URGENT),
    Track("G", "plain", "urgent", 119 * MIN, 75 * MIN, _URGENT),
    Track("H", "plain", "urgent", 116 * MIN, 98 * MIN, _URGENT),
    Track("P", "plain", "urgent", 114 * MIN, 40 * MIN, _URGENT),
    Track("J", "unsigned", "urgent", 94 * MIN, 0, _URGENT),
    Track("K", "unsigned", "urgent", 94 * MIN, 47 * MIN, _URGENT),
    Track("L", "ruling", "normal", 200 * MIN, 0, _DISPUTED),
    Track("M", "ruling", "normal", 200 * MIN, 100 * MIN, _DISPUTED),
)


class Turn(msgspec.Struct, frozen=True):
    """One period's case: its number in the source, its report time and its latest end."""

    no: str
    at: float
    end: float


def turn(seed: int, track: Track, period: int) -> Turn | None:
    """Return the case of a period, None when it has none."""
    rng = dice(seed, "track", track.name, period)
    if rng.random() >= track.chance:
        return None
    at = track.offset_s + (period + rng.uniform(0.005, 0.03)) * track.period_s
    end = track.offset_s + (period + rng.uniform(0.955, 0.985)) * track.period_s
    at = round(at, 3)  # the precision of the record
    return Turn(f"ZD{stamp(at)}-{seed}-{track.name}", at, end)


def staged(seed: int, track: Track, case: Turn, category: Category) -> Fate:
    """Return the fate of a track's case."""
    rng = dice(seed, "course", case.no)
    # The limit is at most two (normal: five) hours of real time, even if office time gives more.
    longest = (2 if track.urgency != "normal" else 5) * 60 * MIN
    limit = min(due(case.at, category.limit_value, category.limit_unit), case.at + longest)
    end = min(case.end, limit - rng.uniform(1, 3) * MIN)
    return _SHAPES[track.shape](rng, case.at, end, limit)


def fate_of(seed: int, no: str, at: float, category: Category) -> Fate:
    """Return the fate of any case: ``no`` is its number in the source system, ``at`` its report time."""
    if named := _NUMBER.fullmatch(no):
        for track in TRACKS:
            case = turn(seed, track, track.period(at)) if track.name == named[1] else None
            if case is not None and case.no == no:
                return staged(seed, track, case, category)
    return ordinary(seed, no, at, category)


def is_staged(no: str) -> bool:
    """Whether a number belongs to a case of a track."""
    return _NUMBER.fullmatch(no) is not None


def _plain(rng: Dice, at: float, end: float, limit: float) -> Fate:
    """Signed soon, handled for most of the time, checked at the end."""
    filed = at + about(rng, 1.2, 0.5, 0.4, 3) * MIN
    signed = filed + about(rng, 3, 0.6, 0.7, 12) * MIN
    return Fate(limit, filed, signed, end - about(rng, 4, 0.6, 1, 14) * MIN, end)


def _unsigned(rng: Dice, at: float, end: float, limit: float) -> Fate:
    """Not signed until near the end, despite reminders."""
    return Fate(limit, at + 2 * MIN, end - rng.uniform(6, 9) * MIN, end - 2 * MIN, end)


def _ruling(rng: Dice, at: float, end: float, limit: float) -> Fate:
    """Returned by two holders; waits long for a ruling, then is handled."""
    ruled = min(end - 44 * MIN, at + 152 * MIN)
    return _bounced(rng, (at, end, limit), (8, 20, 34), ruled)


def _hazard_ruling(rng: Dice, at: float, end: float, limit: float) -> Fate:
    """Like ``_ruling`` but quick: a hazard is ruled within half an hour."""
    ruled = min(end - 28 * MIN, at + 50 * MIN)
    return _bounced(rng, (at, end, limit), (3, 9, 22), ruled)


def _bounced(
    rng: Dice, frame: tuple[float, float, float], minutes: tuple[float, float, float], ruled: float
) -> Fate:
    at, end, limit = frame
    filed, first, second = (at + minute * MIN for minute in minutes)
    signed = ruled + rng.uniform(3, 5) * MIN
    return Fate(limit, filed, signed, end - 3 * MIN, end, returns=(first, second), rule_at=ruled)


_SHAPES: Final[dict[str, Callable[[Dice, float, float, float], Fate]]] = {
    "plain": _plain,
    "unsigned": _unsigned,
    "ruling": _ruling,
    "hazard_ruling": _hazard_ruling,
}
