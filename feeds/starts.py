"""Where a subscriber starts: from its cursor, from now, from the beginning, or with a snapshot."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from feeds.current import Row
from feeds.deliveries import Sight
from feeds.hub import Hub
from feeds.protocol.cursors import BadCursor, Cursor, Place, holds_facts, read_cursor
from feeds.protocol.topics import LEDGER_TOPICS, TELEMETRY_TOPICS

__all__ = ["Since", "Start", "read_since", "start_at"]


class Since(msgspec.Struct, frozen=True):
    """What a subscriber asked for: a word (``0``, ``now``), a cursor, or neither (current state)."""

    word: str = ""
    cursor: Cursor | None = None


class Start(msgspec.Struct, frozen=True):
    """Places where the stream starts; the current state and gap (as told) of stale topics."""

    places: Mapping[str, Place]
    snapshots: Mapping[str, Sequence[Row]]
    gaps: Mapping[str, Mapping[str, str]]


def read_since(text: str | None, topics: Sequence[str]) -> Since:
    """Read the ``since`` of a request; raises BadCursor."""
    if text is None:
        return Since()
    if text == "now":
        return Since("now")
    if text == "0":
        if not set(topics) <= set(LEDGER_TOPICS):
            raise BadCursor("since: 0 is for case, warning and ops only")
        return Since("0")
    return Since(cursor=read_cursor(text, frozenset(topics)))


async def start_at(hub: Hub, since: Since, sights: dict[str, Sight]) -> Start:
    """Return where a subscriber starts. Raises what the logs raise when they are unavailable."""
    if since.word == "0":
        return Start({topic: Place() for topic in sights}, {}, {})
    if since.word == "now":
        return Start(await _tail(hub, sights), {}, {})
    stale = set(sights)
    if since.cursor is not None:
        stale = await _stale(hub, since.cursor)
    if stale:
        # What was acknowledged before we were asked is in the snapshot.
        await _reached(hub, await _tail(hub, stale))
    # From here on nothing waits: snapshots and places are of one moment.
    here = {topic: _place(hub, topic) for topic in sights}
    places, snapshots = {}, {}
    gaps: dict[str, Place] = {}
    for topic, sight in sights.items():
        was = since.cursor.places[topic] if since.cursor else None
        if was is not None and topic not in stale:
            places[topic] = was
            continue
        places[topic] = here[topic]
        snapshots[topic] = hub.current.snapshot(topic, sight) if topic != "ops" else []
        if was is not None:
            gaps[topic] = was
    told = {topic: await _gap(hub, topic, was, here[topic]) for topic, was in gaps.items()}
    return Start(places, snapshots, told)


def _place(hub: Hub, topic: str) -> Place:
    return Place(
        hub.facts.end if holds_facts(topic) else 0,
        hub.streams[topic].end if topic in TELEMETRY_TOPICS else (0, 0),
    )


async def _tail(hub: Hub, topics: Iterable[str]) -> dict[str, Place]:
    """Return the ends of the logs themselves, which the hub may not have reached yet."""
    position, _ = await hub.ledger.head()
    places = {}
    for topic in topics:
        last = (0, 0)
        if topic in TELEMETRY_TOPICS:
            last = (await hub.telemetry.bounds(topic)).last
        places[topic] = Place(position if holds_facts(topic) else 0, last)
    return places


async def _reached(hub: Hub, places: Mapping[str, Place]) -> None:
    """Wait until the hub has folded what lies before some places."""
    for topic, place in places.items():
        if holds_facts(topic):
            await hub.reach(hub.facts, place.ledger)
        if topic in TELEMETRY_TOPICS:
            await hub.reach(hub.streams[topic], place.stream)


async def _stale(hub: Hub, cursor: Cursor) -> set[str]:
    """Return the topics in which the stream cannot go on from a cursor."""
    if cursor.epoch != hub.epoch:
        return set(cursor.places)
    position, _ = await hub.ledger.head()
    stale = {topic for topic, place in cursor.places.items() if place.ledger > position}
    for topic, place in cursor.places.items():
        if topic in TELEMETRY_TOPICS:
            bounds = await hub.telemetry.bounds(topic)
            if not bounds.trimmed <= place.stream <= bounds.last:
                stale.add(topic)
    return stale


async def _gap(hub: Hub, topic: str, was: Place, here: Place) -> dict[str, str]:
    """Return a gap as told: log ids of the last record before it and of the last one in it.

    Of an entry that is gone nobody knows how many records it held. Its first one stands for it: the gap is
    told too wide then, never too narrow.
    """
    if topic not in TELEMETRY_TOPICS:
        return {"topic": topic, "from": str(was.ledger), "to": str(here.ledger)}
    last = [await hub.telemetry.log_id(topic, place.stream) for place in (was, here)]
    return {"topic": topic, "from": last[0], "to": last[1]}
