"""Timestamps: reading and writing times.

Inside the program a time is a float of epoch seconds (UTC); on the wire it is ISO 8601 with an offset.
"""

from datetime import UTC, datetime
from typing import Final

__all__ = ["Filler", "iso", "parse", "parse_told"]

_FIRST: Final = datetime(1900, 1, 2, tzinfo=UTC).timestamp()
_AFTER: Final = datetime(2200, 1, 1, tzinfo=UTC).timestamp()
_NEVER: Final = "1970-01-01T00:00:00"


class Filler(ValueError):
    """A placeholder: a valid time that programs write for "no time"; the message names it."""


def parse(text: str) -> float:
    """Return epoch seconds of an ISO 8601 time *with* an offset.

    Raises ValueError when the text is not a time or has no offset.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        message = f"expected ISO 8601 with an offset, got {text!r}"
        raise ValueError(message)
    return moment.timestamp()


def parse_told(text: str) -> float:
    """Return epoch seconds of a time in a publisher's record.

    Raises ValueError as ``parse`` does, and Filler for the empty dates of databases, spreadsheets and clocks:
    before 1900-01-02 (0001-01-01, 1899-12-30, 1900-01-01), epoch 0 and the local midnight of its day, and
    from 2200 on (9999-12-31).
    """
    at = parse(text)
    if not _FIRST <= at < _AFTER or at == 0 or text.startswith(_NEVER):
        raise Filler(text)
    return at


def iso(epoch: float) -> str:
    """Return epoch seconds as ISO 8601 in UTC with microseconds and ``+00:00``."""
    return datetime.fromtimestamp(epoch, UTC).isoformat(timespec="microseconds")
