"""City life: what is reported, where, and how it goes on, as records in the order of time."""

import heapq
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any, Final

from city.categories import Category
from feeds.sources.demo.chance import Dice, dice, hour_of, stamp
from feeds.sources.demo.ground import Ground
from feeds.sources.demo.life import ordinary
from feeds.sources.demo.rhythm import CASES_PER_DAY, HOURS, Rhythm
from feeds.sources.demo.staging import Stage
from feeds.sources.demo.story import Story
from feeds.sources.demo.words import description, reporter

__all__ = ["HISTORY_S", "SLOT_S", "CityLife"]

SLOT_S: Final = 600
"""Stories are drawn slot by slot (seconds of city time): the same slot always gives the same ones."""
HISTORY_S: Final = 25 * 3600
"""How far back a start tells: a day, and the longest story of all."""
_BATCH: Final = 400

Batch = tuple[str, list[dict[str, Any]]]


class CityLife:
    """All cases of the invented city; use ``history`` once, then ``due`` again and again."""

    def __init__(self, ground: Ground, categories: Sequence[Category], *, seed: int) -> None:
        self.stage = Stage(ground, categories, seed=seed)
        self._ground = ground
        self._rhythm = Rhythm(categories)
        self._seed = seed
        self._told_until: float | None = None
        self._later: list[tuple[float, str, int, Story]] = []

    def stories(self, slot: int) -> list[Story]:
        """Return what is reported within a slot (number of SLOT_S since 1970), in order of time."""
        begin = float(slot * SLOT_S)
        rng = dice(self._seed, "slot", slot)
        hour = hour_of(begin)
        mean = CASES_PER_DAY * HOURS[hour] * SLOT_S / 3600
        count = max(0, round(rng.gauss(mean, mean**0.5)))
        times = sorted(begin + rng.random() * SLOT_S for _ in range(count))
        told = [self._story(rng, at, number) for number, at in enumerate(times)]
        return sorted((*told, *self.stage.stories(begin, begin + SLOT_S)), key=lambda s: s.reported_at)

    def history(self, now: float) -> Iterator[Batch]:
        """Yield the day before ``now`` as batches (client, records): what still matters first.

        Of each case the report and the newest status; what happens after ``now`` is left to ``due``.
        """
        newest = int(now // SLOT_S)
        self._told_until = (newest + 1) * SLOT_S
        oldest = int((now - HISTORY_S) // SLOT_S)
        waiting: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
        for slot in range(newest, oldest - 1, -1):
            for story in self.stories(slot):
                self._keep(story, now)
                waiting[story.client] += self._so_far(story, now)
            for client in [c for c, records in waiting.items() if len(records) >= _BATCH]:
                yield client, waiting.pop(client)
        yield from waiting.items()

    def due(self, now: float) -> list[Batch]:
        """Return what has happened since the last call, as batches in order of time per client."""
        if self._told_until is None:
            self._told_until = now // SLOT_S * SLOT_S
        while self._told_until <= now:
            for story in self.stories(int(self._told_until // SLOT_S)):
                self._keep(story, -1.0)
            self._told_until += SLOT_S
        waiting: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
        while self._later and self._later[0][0] <= now:
            _, _, step, story = heapq.heappop(self._later)
            waiting[story.client].append(story.record(step))
        return list(waiting.items())

    def _keep(self, story: Story, now: float) -> None:
        for step, status in enumerate(story.statuses):
            if status.at > now:
                heapq.heappush(self._later, (status.at, story.no, step, story))

    @staticmethod
    def _so_far(story: Story, now: float) -> list[dict[str, Any]]:
        step = story.reached(now)
        if step < 0:
            return []
        return [story.record(number) for number in ((0, step) if step else (0,))]

    def _story(self, rng: Dice, at: float, number: int) -> Story:
        channel = self._rhythm.channel(rng)
        category = self._rhythm.category(rng, channel.name, hour_of(at))
        place = self._ground.place(rng)
        limit, statuses = ordinary(rng, at, category, place)
        called = channel.client == "hotline"
        return Story(
            no=f"{channel.prefix}{stamp(at)}-{self._seed}-{number:03d}",
            client=channel.client,
            system=channel.system,
            channel=channel.name,
            category=category,
            urgency="normal",
            place=place,
            due_at=limit,
            statuses=statuses,
            description=description(rng, channel.name, category, place),
            reporter=reporter(rng) if called else None,
            by_label=called and rng.random() < 0.05,
        )
