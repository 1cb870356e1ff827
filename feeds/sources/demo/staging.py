"""Staging: the few cases that the wall is for, so that there always are some and never too many.

A track is a series of cases one after another; each period of a track holds one story that ends within
it. The number of tracks is therefore the number of such cases at any moment, less a short pause now and
then. Everything follows from (seed, track, period).
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import msgspec

from city.categories import Category
from feeds.sources.demo.chance import Dice, dice, stamp
from feeds.sources.demo.courses import COURSES, Frame
from feeds.sources.demo.ground import Ground, Place
from feeds.sources.demo.limits import due
from feeds.sources.demo.story import Story
from feeds.sources.demo.words import description, reporter

__all__ = ["FLOOD", "TRACKS", "Stage", "Track"]

_MIN: Final = 60.0
FLOOD: Final = "component:0207"
"""The flooded underpass: its case has a gauge that rises with it (devices.py)."""

_CRITICAL: Final = (
    FLOOD, "event:0502", "event:0505", "event:0501", FLOOD, "component:0402", "event:0695",
)  # fmt: skip
_URGENT: Final = (
    "event:0505", "event:0114", "event:0695", "component:0103", "component:0402", "event:0506",
    "component:0126", "component:0131", "component:0102", "event:0508", "component:0211",
    "component:0101",
)  # fmt: skip
_NO_OWNER: Final = ("component:0123",)
_DISPUTED: Final = ("component:0130", "component:0118", "component:0127", "component:0128")


class Track(msgspec.Struct, frozen=True):
    """``period_s`` and ``offset_s`` in seconds; ``shape`` names how its stories go; ``chance`` 0..1."""

    name: str
    shape: str
    urgency: str
    period_s: float
    offset_s: float
    pool: tuple[str, ...]
    chance: float = 1.0


TRACKS: Final = (
    Track("A", "plain", "critical", 54 * _MIN, 0, _CRITICAL),
    Track("B", "plain", "critical", 59 * _MIN, 31 * _MIN, _CRITICAL),
    Track("C", "hazard_ruling", "critical", 88 * _MIN, 12 * _MIN, _NO_OWNER, 0.3),
    Track("D", "plain", "urgent", 115 * _MIN, 5 * _MIN, _URGENT),
    Track("E", "plain", "urgent", 117 * _MIN, 28 * _MIN, _URGENT),
    Track("F", "plain", "urgent", 118 * _MIN, 52 * _MIN, _URGENT),
    Track("G", "plain", "urgent", 119 * _MIN, 75 * _MIN, _URGENT),
    Track("H", "plain", "urgent", 116 * _MIN, 98 * _MIN, _URGENT),
    Track("P", "plain", "urgent", 114 * _MIN, 40 * _MIN, _URGENT),
    Track("J", "unsigned", "urgent", 94 * _MIN, 0, _URGENT),
    Track("K", "unsigned", "urgent", 94 * _MIN, 47 * _MIN, _URGENT),
    Track("L", "ruling", "normal", 200 * _MIN, 0, _DISPUTED),
    Track("M", "ruling", "normal", 200 * _MIN, 100 * _MIN, _DISPUTED),
)


class Stage:
    """The staged stories of a district.

    Classes that the table does not hold are passed over; a track without any is silent.
    """

    def __init__(self, ground: Ground, categories: Sequence[Category], *, seed: int) -> None:
        self._ground = ground
        self._seed = seed
        known = {category.key: category for category in categories}
        self._pools: Mapping[str, list[Category]] = {
            track.name: [known[key] for key in track.pool if key in known] for track in TRACKS
        }
        self._kept: dict[tuple[str, int], Story | None] = {}

    def stories(self, since: float, until: float) -> Iterator[Story]:
        """Yield the stories that are reported in [since, until), epoch seconds, track by track."""
        for track in TRACKS:
            first = int((since - track.offset_s) // track.period_s)
            last = int((until - track.offset_s) // track.period_s)
            for period in range(first, last + 1):
                story = self._story(track, period)
                if story is not None and since <= story.reported_at < until:
                    yield story

    def open(self, now: float) -> list[Story]:
        """Return the stories under way at a moment (epoch seconds)."""
        found = []
        for track in TRACKS:
            story = self._story(track, int((now - track.offset_s) // track.period_s))
            if story is not None and story.reported_at <= now < story.ends_at:
                found.append(story)
        return found

    def _story(self, track: Track, period: int) -> Story | None:
        key = (track.name, period)
        if key not in self._kept:
            if len(self._kept) > 400:  # the periods of the day before
                self._kept.clear()
            self._kept[key] = self._write(track, period)
        return self._kept[key]

    def _write(self, track: Track, period: int) -> Story | None:
        rng = dice(self._seed, "track", track.name, period)
        pool = self._pools[track.name]
        if rng.random() >= track.chance or not pool:
            return None
        at = track.offset_s + (period + rng.uniform(0.005, 0.03)) * track.period_s
        end = track.offset_s + (period + rng.uniform(0.955, 0.985)) * track.period_s
        category = rng.choice(pool)
        place = self._place(rng, category)
        limit = due(at, category.limit_value, category.limit_unit)
        # The wall's clock counts minutes here, whatever the office calendar says of the class.
        limit = min(limit, at + (2 if track.urgency != "normal" else 5) * 3600)
        end = min(end, limit - rng.uniform(1, 3) * _MIN)
        frame = Frame(at, end, limit, track.urgency == "critical")
        called = track.shape != "plain" or rng.random() < 0.7
        channel = "hotline_12345" if called else "police_110"
        return Story(
            no=f"ZD{stamp(at)}-{self._seed}-{track.name}",
            client="hotline" if called else "police110",
            system="12345热线" if called else "110接警",
            channel=channel,
            category=category,
            urgency=track.urgency,
            place=place,
            due_at=limit,
            statuses=COURSES[track.shape](rng, frame, category, place),
            description=description(rng, channel, category, place),
            reporter=reporter(rng) if called else None,
        )

    def _place(self, rng: Dice, category: Category) -> Place:
        if category.key == FLOOD and self._ground.underpasses:
            return rng.choice(self._ground.underpasses)[1]
        return self._ground.crossing(rng)
