"""What a broker delivers, and what a source makes of it."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

import msgspec

from feeds.sources.contract import FieldError, Record, Remark

__all__ = ["Item", "Message", "Reader", "Taken", "reading_errors"]

reading_errors = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
"""What a message of an unexpected form may raise; it is left out and the others go on."""


class Message(NamedTuple):
    """One message of a broker. ``at`` is when it arrived first, in epoch seconds.

    ``retained``: the broker kept it, so its arrival says nothing about its age.
    """

    topic: str
    payload: bytes
    at: float
    retained: bool = False


class Item(NamedTuple):
    """A record for a topic of the gateway.

    ``newest``: only the newest unsent record with this key is kept (pictures). ``registers``: the record is a
    registration of this key, sent only when its content differs from the last one; ``unmarked`` are
    fields that do not count in that.
    """

    topic: str
    record: Record
    newest: str = ""
    registers: str = ""
    unmarked: tuple[str, ...] = ()


class Taken(msgspec.Struct):
    """What a message gave. ``by_arrival``: a record has the time of arrival, so a repeat must find it again.

    ``ignored``: the message is known to say nothing new; it is counted and gives no remark.
    """

    items: list[Item] = []
    remarks: list[Remark] = []
    by_arrival: bool = False
    ignored: bool = False

    def leave_out(self, where: str, error: FieldError) -> None:
        """Note that something was left out."""
        self.remarks.append(Remark.of(where, error))


class Reader(Protocol):
    """Reads the messages of one source."""

    def topics(self) -> Sequence[str]:
        """Return the topic filters to subscribe to."""
        ...

    def registrations(self, now: float) -> list[Item]:
        """Return the devices or cameras that the source's file registers."""
        ...

    def read(self, message: Message) -> Taken:
        """Return the records of a message; may raise FieldError, or one of ``reading_errors``."""
        ...
