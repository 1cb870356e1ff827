"""Staging: the cases of the tracks, placed in the district."""

from collections.abc import Iterator, Mapping, Sequence

from city.dispatch.tables.categories import Category
from feeds.sources.demo.cases.story import Story
from feeds.sources.demo.cases.tracks import FLOOD, TRACKS, Track, staged, turn
from feeds.sources.demo.cases.words import description, reporter
from feeds.sources.demo.chance import Dice, dice
from feeds.sources.demo.ground import Ground, Place

__all__ = ["Stage"]


class Stage:
    """The staged cases of a district.

    Classes that are not in the table are skipped; a track without any class has no cases.
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
            for period in range(track.period(since), track.period(until) + 1):
                story = self._story(track, period)
                if story is not None and since <= story.reported_at < until:
                    yield story

    def open(self, now: float) -> list[Story]:
        """Return the stories that are open at a time (epoch seconds)."""
        found = []
        for track in TRACKS:
            story = self._story(track, track.period(now))
            if story is not None and story.reported_at <= now < story.ends_at:
                found.append(story)
        return found

    def _story(self, track: Track, period: int) -> Story | None:
        key = (track.name, period)
        if key not in self._kept:
            if len(self._kept) > 400:  # periods of earlier days
                self._kept.clear()
            self._kept[key] = self._write(track, period)
        return self._kept[key]

    def _write(self, track: Track, period: int) -> Story | None:
        case, pool = turn(self._seed, track, period), self._pools[track.name]
        if case is None or not pool:
            return None
        rng = dice(self._seed, "story", case.no)
        category = rng.choice(pool)
        place = self._place(rng, category)
        called = track.shape != "plain" or rng.random() < 0.7
        channel = "hotline_12345" if called else "police_110"
        return Story(
            no=case.no,
            client="hotline" if called else "police110",
            system="12345热线" if called else "110接警",
            channel=channel,
            category=category,
            urgency=track.urgency,
            place=place,
            reported_at=case.at,
            fate=staged(self._seed, track, case, category),
            description=description(rng, channel, category, place),
            reporter=reporter(rng) if called else None,
        )

    def _place(self, rng: Dice, category: Category) -> Place:
        if category.key == FLOOD and self._ground.underpasses:
            return rng.choice(self._ground.underpasses)[1]
        return self._ground.crossing(rng)
