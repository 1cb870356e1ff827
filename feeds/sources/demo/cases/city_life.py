"""City life: the reports of the invented city as records in time order."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from city.dispatch.tables.categories import Category
from feeds.sources.demo.cases.fate import ordinary
from feeds.sources.demo.cases.rhythm import CASES_PER_DAY, HOURS, Rhythm
from feeds.sources.demo.cases.staging import Stage
from feeds.sources.demo.cases.story import Story
from feeds.sources.demo.cases.tracks import is_staged
from feeds.sources.demo.cases.words import description, reporter
from feeds.sources.demo.chance import Dice, dice, hour_of, stamp
from feeds.sources.demo.ground import Ground

__all__ = ["HISTORY_S", "PAST_S", "SLOT_S", "CityLife"]

SLOT_S: Final = 600
"""Length of a slot, seconds of city time; stories are generated per slot, always the same ones."""
HISTORY_S: Final = 25 * 3600
"""How far back a start reports: a day plus the longest story, seconds."""
PAST_S: Final = 7 * 86_400
"""How far back the first start includes cases that the centre handled itself, seconds."""
_OWN_OF_LAST_DAY: Final = 20
_OWN_BEFORE: Final = 120
_STAGED_BEFORE: Final = 8
"""One of so many finished cases was handled by the centre; the sources handled the others."""
_BATCH: Final = 400

Batch = tuple[str, list[dict[str, Any]]]


class CityLife:
    """All cases of the invented city; call ``history`` once, then ``due`` repeatedly."""

    def __init__(self, ground: Ground, categories: Sequence[Category], *, seed: int) -> None:
        self.stage = Stage(ground, categories, seed=seed)
        self._ground = ground
        self._rhythm = Rhythm(categories)
        self._seed = seed
        self._generated_until: float | None = None
        self._later: list[Story] = []

    def stories(self, slot: int) -> list[Story]:
        """Return the stories reported in a slot (number of SLOT_S since 1970), in time order."""
        begin = float(slot * SLOT_S)
        rng = dice(self._seed, "slot", slot)
        hour = hour_of(begin)
        mean = CASES_PER_DAY * HOURS[hour] * SLOT_S / 3600
        count = max(0, round(rng.gauss(mean, mean**0.5)))
        times = sorted(round(begin + rng.random() * SLOT_S, 3) for _ in range(count))
        ordinary_stories = [self._story(rng, at, number) for number, at in enumerate(times)]
        return sorted(
            (*ordinary_stories, *self.stage.stories(begin, begin + SLOT_S)), key=lambda s: s.reported_at
        )

    def past(self, now: float) -> list[Story]:
        """Return the cases that the centre handled itself in the week before ``now``, in time order.

        All open ones, and a sample of the finished ones, larger for the last day.
        """
        newest, last_day = int(now // SLOT_S), int((now - HISTORY_S) // SLOT_S)
        found = [s for slot in range(int((now - PAST_S) // SLOT_S), last_day) for s in self._sample(slot)]
        for slot in range(last_day, newest + 1):
            for number, story in enumerate(self.stories(slot)):
                own = is_staged(story.no) or number % _OWN_OF_LAST_DAY == slot % _OWN_OF_LAST_DAY
                if story.reported_at <= now and (own or story.ends_at > now):
                    found.append(story)
        return found

    def _sample(self, slot: int) -> list[Story]:
        """Return a sample of the cases of a slot that is older than the history of a start."""
        begin = float(slot * SLOT_S)
        rng = dice(self._seed, "sample", slot)
        count = int(CASES_PER_DAY * HOURS[hour_of(begin)] * SLOT_S / 3600 / _OWN_BEFORE + rng.random())
        ordinary_stories = [
            self._story(rng, round(begin + rng.random() * SLOT_S, 3), n) for n in range(count)
        ]
        staged = [s for s in self.stage.stories(begin, begin + SLOT_S) if slot % _STAGED_BEFORE == 0]
        return sorted((*ordinary_stories, *staged), key=lambda story: story.reported_at)

    def history(self, now: float) -> Iterator[Batch]:
        """Yield the day before ``now`` as batches (client, records), open cases first.

        A finished story includes its end; an open one is only its report. Reports after ``now`` come from
        ``due``.
        """
        newest = int(now // SLOT_S)
        oldest = int((now - HISTORY_S) // SLOT_S)
        over: list[Story] = []
        under_way: list[Story] = []
        for slot in range(newest, oldest - 1, -1):
            for story in self.stories(slot):
                if story.reported_at > now:
                    self._later.append(story)
                else:
                    (over if story.ends_at <= now else under_way).append(story)
        self._generated_until = (newest + 1) * SLOT_S
        yield from _batches((story.client, story.report()) for story in under_way)
        yield from _batches((story.client, story.history()) for story in over)

    def due(self, now: float) -> list[Batch]:
        """Return the reports since the last call, as batches in time order per client."""
        if self._generated_until is None:
            self._generated_until = now // SLOT_S * SLOT_S
        while self._generated_until <= now:
            self._later += self.stories(int(self._generated_until // SLOT_S))
            self._generated_until += SLOT_S
        reported = [story for story in self._later if story.reported_at <= now]
        self._later = [story for story in self._later if story.reported_at > now]
        return list(_batches((story.client, story.report()) for story in reported))

    def _story(self, rng: Dice, at: float, number: int) -> Story:
        channel = self._rhythm.channel(rng)
        category = self._rhythm.category(rng, channel.name, hour_of(at))
        place = self._ground.place(rng)
        called = channel.client == "hotline"
        no = f"{channel.prefix}{stamp(at)}-{self._seed}-{number:03d}"
        return Story(
            no=no,
            client=channel.client,
            system=channel.system,
            channel=channel.name,
            category=category,
            urgency="normal",
            place=place,
            reported_at=at,
            fate=ordinary(self._seed, no, at, category),
            description=description(rng, channel.name, category, place),
            reporter=reporter(rng) if called else None,
            by_label=called and rng.random() < 0.05,
        )


def _batches(records: Iterable[tuple[str, dict[str, Any]]]) -> Iterator[Batch]:
    waiting: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for client, record in records:
        waiting[client].append(record)
        if len(waiting[client]) >= _BATCH:
            yield client, waiting.pop(client)
    yield from waiting.items()
