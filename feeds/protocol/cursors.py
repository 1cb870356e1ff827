"""Cursors: the position of a subscriber in each of its topics, as text that is opaque to clients.

The position in a ledger topic is a ledger position; in ``unit`` a stream id; in ``sensor`` and ``camera``
both, because their registrations are facts of the ledger.
"""

import base64
import binascii
from typing import Final

import msgspec

from feeds.protocol.topics import LEDGER_TOPICS

__all__ = [
    "ORIGIN",
    "BadCursor",
    "Cursor",
    "Place",
    "StreamId",
    "holds_facts",
    "read_cursor",
    "stream_id",
    "stream_text",
]

StreamId = tuple[int, int]
ORIGIN: Final[StreamId] = (0, 0)
_LARGEST = 2**63


class Place(msgspec.Struct, frozen=True, array_like=True):
    """Position in a topic: the last ledger position and the last stream entry that were sent."""

    ledger: int = 0
    stream: StreamId = ORIGIN


class Cursor(msgspec.Struct, frozen=True, array_like=True):
    """Position in every topic of a subscription, valid in one epoch of the logs."""

    epoch: str
    places: dict[str, Place]

    def text(self) -> str:
        """Return the opaque text."""
        return base64.urlsafe_b64encode(_encoder.encode(self)).rstrip(b"=").decode()


class BadCursor(ValueError):
    """The text is not a cursor, or was issued for other topics."""


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Cursor)


def read_cursor(text: str, topics: frozenset[str]) -> Cursor:
    """Parse a cursor for these topics; raises BadCursor."""
    try:
        data = base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), b"-_", validate=True)
        cursor = _decoder.decode(data)
    except (msgspec.MsgspecError, UnicodeError, binascii.Error) as error:
        raise BadCursor("since: not a cursor") from error
    if cursor.text() != text or not all(map(_is_valid, cursor.places.values())):
        raise BadCursor("since: not a cursor")
    if frozenset(cursor.places) != topics:
        raise BadCursor("since: issued for other topics")
    return cursor


def _is_valid(place: Place) -> bool:
    return all(0 <= number < _LARGEST for number in (place.ledger, *place.stream))


def stream_id(text: str | bytes) -> StreamId:
    """Return a stream id ``<ms>-<seq>`` as two numbers in the order of the ids."""
    ms, _, seq = (text.decode() if isinstance(text, bytes) else text).partition("-")
    return int(ms), int(seq)


def stream_text(place: StreamId) -> str:
    """Return a stream id as the server writes it."""
    return f"{place[0]}-{place[1]}"


def holds_facts(topic: str) -> bool:
    """Whether a topic delivers facts of the ledger (registrations are facts)."""
    return topic in LEDGER_TOPICS or topic in ("sensor", "camera")
