"""Moments: the one way a time is read and written.

Inside the program a moment is a float of epoch seconds (UTC); on the wire it is ISO 8601 with an offset.
"""

from datetime import UTC, datetime

__all__ = ["iso", "parse"]


def parse(text: str) -> float:
    """Return epoch seconds of an ISO 8601 moment *with* an offset.

    Raises ValueError when the text is no moment or has no offset.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        message = f"expected ISO 8601 with an offset, got {text!r}"
        raise ValueError(message)
    return moment.timestamp()


def iso(epoch: float) -> str:
    """Return epoch seconds as ISO 8601 in UTC with microseconds and ``+00:00``."""
    return datetime.fromtimestamp(epoch, UTC).isoformat(timespec="microseconds")
