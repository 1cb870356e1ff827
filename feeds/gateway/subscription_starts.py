"""Start of a subscription: at a cursor, now, at the beginning, or with a snapshot."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from feeds.gateway.current_state import Row
from feeds.gateway.deliveries import Visibility
from feeds.gateway.hub import Hub
from feeds.protocol.cursors import BadCursor, Cursor, Place, holds_facts, read_cursor
from feeds.protocol.topics import LEDGER_TOPICS, TELEMETRY_TOPICS

__all__ = ["Since", "Start", "read_since", "start_at"]


class Since(msgspec.Struct, frozen=True):
    """The requested start: a word (``0``, ``now``), a cursor, or neither (current state).

    ``past``: with a snapshot of ``sensor``, the last hour of rain and water levels too.
    """

    word: str = ""
    cursor: Cursor | None = None
    past: bool = False


class Start(msgspec.Struct, frozen=True):
    """Positions where the stream starts; the snapshot and the gap message of stale topics; the past hour."""

    places: Mapping[str, Place]
    snapshots: Mapping[str, Sequence[Row]]
    gaps: Mapping[str, Mapping[str, str]]
    past: Sequence[Row] = ()


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


async def start_at(hub: Hub, since: Since, visibilities: dict[str, Visibility]) -> Start:
    """Return the start of a subscription. Raises the errors of unavailable logs."""
    if since.word == "0":
        return Start({topic: Place() for topic in visibilities}, {}, {})
    if since.word == "now":
        return Start(await _tail(hub, visibilities), {}, {})
    stale = set(visibilities)
    if since.cursor is not None:
        stale = await _stale(hub, since.cursor)
    if stale:
        # The snapshot holds everything acknowledged before this request.
        await _reached(hub, await _tail(hub, stale))
    # No await until the snapshots are taken: snapshots and positions are consistent.
    here = {topic: _place(hub, topic) for topic in visibilities}
    places, snapshots = {}, {}
    gaps: dict[str, Place] = {}
    for topic, visibility in visibilities.items():
        was = since.cursor.places[topic] if since.cursor else None
        if was is not None and topic not in stale:
            places[topic] = was
            continue
        places[topic] = here[topic]
        snapshots[topic] = hub.current.snapshot(topic, visibility) if topic != "ops" else []
        if was is not None:
            gaps[topic] = was
    wanted = since.past and "sensor" in snapshots
    past = hub.current.past_hour(visibilities["sensor"]) if wanted else []
    gap_messages = {topic: await _gap(hub, topic, was, here[topic]) for topic, was in gaps.items()}
    return Start(places, snapshots, gap_messages, past)


def _place(hub: Hub, topic: str) -> Place:
    return Place(
        hub.facts.end if holds_facts(topic) else 0,
        hub.streams[topic].end if topic in TELEMETRY_TOPICS else (0, 0),
    )


async def _tail(hub: Hub, topics: Iterable[str]) -> dict[str, Place]:
    """Return the ends of the logs; the hub may not have reached them yet."""
    position, _ = await hub.ledger.head()
    places = {}
    for topic in topics:
        last = (0, 0)
        if topic in TELEMETRY_TOPICS:
            last = (await hub.telemetry.bounds(topic)).last
        places[topic] = Place(position if holds_facts(topic) else 0, last)
    return places


async def _reached(hub: Hub, places: Mapping[str, Place]) -> None:
    """Wait until the hub has folded the logs up to these positions."""
    for topic, place in places.items():
        if holds_facts(topic):
            await hub.wait_for(hub.facts, place.ledger)
        if topic in TELEMETRY_TOPICS:
            await hub.wait_for(hub.streams[topic], place.stream)


async def _stale(hub: Hub, cursor: Cursor) -> set[str]:
    """Return the topics whose stream cannot continue from a cursor."""
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
    """Return a gap message: log ids of the last record before the gap and of the last one in it.

    The number of records in a trimmed entry is unknown, so the id of its first record is used. The gap can
    then be too wide, never too narrow.
    """
    if topic not in TELEMETRY_TOPICS:
        return {"topic": topic, "from": str(was.ledger), "to": str(here.ledger)}
    last = [await hub.telemetry.log_id(topic, place.stream) for place in (was, here)]
    return {"topic": topic, "from": last[0], "to": last[1]}
